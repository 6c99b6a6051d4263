using System.Diagnostics;

namespace FcnService.Compare.Servers;

/// <summary>A server that answers <c>POST /segment</c> with a mask.</summary>
internal interface IServer
{
    /// <summary>What it answers with 200 once it is ready.</summary>
    string ReadyPath { get; }

    /// <summary>Whether its answers tell the times of its stages, and its metrics what it allocates.</summary>
    bool TellsStages { get; }

    /// <summary>Brings what it needs, the first time.</summary>
    /// <returns>What it is made of, with versions.</returns>
    /// <exception cref="UnavailableException">It cannot run here.</exception>
    string Prepare();

    /// <summary>What starts it.</summary>
    /// <param name="model">The path of a model, alone in its folder.</param>
    /// <param name="multipleOf">The model's <see cref="Model.MultipleOf"/>.</param>
    /// <param name="port">Where it is to listen on the loopback interface.</param>
    ProcessStartInfo Command(string model, int multipleOf, int port);
}
