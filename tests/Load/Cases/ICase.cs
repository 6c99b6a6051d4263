using FcnService.Load.Harness;

namespace FcnService.Load.Cases;

/// <summary>One way to put the service to the test.</summary>
internal interface ICase
{
    /// <summary>What <c>--case</c> takes.</summary>
    string Name { get; }

    /// <summary>When it is given up.</summary>
    TimeSpan Limit { get; }

    /// <summary>Starts what it needs, ends what it started.</summary>
    Task RunAsync(Findings findings, bool quick, CancellationToken cancellation);
}
