using System.Diagnostics;
using FcnService.Api.Errors;

namespace FcnService.Api.Segmentation;

/// <summary>The time that a request has, from its first byte to its answer; remembers what it is spent on.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly TimeSpan limit;
    private readonly CancellationToken aborted;
    private readonly CancellationTokenSource source;
    private readonly List<(string Stage, long Began)> stages = [];

    /// <summary>Starts the clock.</summary>
    /// <param name="limit">How long the request may take.</param>
    /// <param name="aborted">That the client has gone.</param>
    public Deadline(TimeSpan limit, CancellationToken aborted)
    {
        this.limit = limit;
        this.aborted = aborted;
        source = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        source.CancelAfter(limit);
    }

    /// <summary>Cancelled when the time is up, or the client has gone.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>Whether the client has gone.</summary>
    public bool IsAbandoned => aborted.IsCancellationRequested;

    /// <summary>Says what the time is spent on from now on.</summary>
    public void Enter(string stage) => stages.Add((stage, Stopwatch.GetTimestamp()));

    /// <summary>Does the request's work.</summary>
    /// <exception cref="ProblemException">The time was up first.</exception>
    /// <exception cref="OperationCanceledException">The client went away.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException) when (source.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            throw new ProblemException(ProblemKind.Timeout, $"The request took longer than {limit.TotalSeconds:0.#} s: {Account()}.");
        }
    }

    public void Dispose() => source.Dispose();

    private string Account()
    {
        var now = Stopwatch.GetTimestamp();
        var ends = stages.Skip(1).Select(stage => stage.Began).Append(now);
        return string.Join(", ", stages.Zip(ends, (stage, end) => $"{Stopwatch.GetElapsedTime(stage.Began, end).TotalSeconds:0.0} s {stage.Stage}"));
    }
}
