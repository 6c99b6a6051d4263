namespace FcnService.Export.Networks;

/// <summary>One step of a network.</summary>
/// <param name="Name">The name that the network's authors gave it; also the prefix of its parameters' names.</param>
/// <param name="Operation">What it does.</param>
/// <param name="Inputs">The layers it reads from, or <see cref="Network.Input"/>.</param>
public sealed record Layer(string Name, Operation Operation, IReadOnlyList<string> Inputs);
