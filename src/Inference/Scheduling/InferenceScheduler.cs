using System.Diagnostics;
using FcnService.Inference.Models;

namespace FcnService.Inference.Scheduling;

/// <summary>How runs are put together.</summary>
public sealed record SchedulingSettings
{
    /// <summary>The most photos of one size that run together, at least 1. On a CPU more than 1 gains nothing: one photo fills its cores.</summary>
    public int MaxBatch { get; init; } = 1;

    /// <summary>How long a photo waits for others of its size. Ignored when <see cref="MaxBatch"/> is 1.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMilliseconds(2);
}

/// <summary>
/// The one place where networks run: one run at a time, whichever model it is of, so that it has all cores or the whole GPU to itself.
/// Work is taken in the order of its arrival; photos of the same model and size that wait run together.
/// </summary>
public sealed class InferenceScheduler : IDisposable
{
    private readonly SchedulingSettings settings;
    private readonly LinkedList<Work> waiting = [];
    private readonly Lock gate = new();
    private readonly SemaphoreSlim arrived = new(0);
    private readonly Thread runner;
    private volatile bool isStopped;

    /// <summary>Starts the thread that runs.</summary>
    public InferenceScheduler(SchedulingSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.MaxBatch, 1, nameof(settings));
        this.settings = settings;
        runner = new Thread(RunUntilStopped) { IsBackground = true, Name = "inference" };
        runner.Start();
    }

    /// <summary>Runs a network on one photo, in turn.</summary>
    /// <param name="session">The model.</param>
    /// <param name="input">The photo; belongs to the scheduler from now on.</param>
    /// <param name="cancellation">Takes the photo out of the queue; a run that has begun goes on, and its result is dropped.</param>
    /// <returns>The output, and how long the photo waited.</returns>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async Task<ScheduledOutput> RunAsync(ModelSession session, InputTensor input, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(isStopped, this);
        var work = new Work(session, input);
        lock (gate)
        {
            waiting.AddLast(work);
        }

        arrived.Release();
        using (cancellation.Register(() => work.Completion.TrySetCanceled(cancellation)))
        {
            return await work.Completion.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Lets the run that has begun end; work that waits is cancelled.</summary>
    public void Dispose()
    {
        isStopped = true;
        arrived.Release();
        runner.Join();
        foreach (var work in waiting)
        {
            work.Input.Dispose();
            work.Completion.TrySetCanceled();
        }

        arrived.Dispose();
    }

    private void RunUntilStopped()
    {
        while (true)
        {
            arrived.Wait();
            if (isStopped)
            {
                return;
            }

            var batch = TakeBatch();
            if (batch.Count > 0)
            {
                Run(batch);
            }
        }
    }

    private List<Work> TakeBatch()
    {
        var batch = new List<Work>(settings.MaxBatch);
        TakeAlike(batch);
        if (batch.Count > 0 && settings.MaxBatch > 1)
        {
            var until = Stopwatch.StartNew();
            while (batch.Count < MostTogether(batch[0]) && until.Elapsed < settings.MaxDelay)
            {
                Thread.Sleep(TimeSpan.FromMilliseconds(0.2));
                TakeAlike(batch);
            }
        }

        return batch;
    }

    // Takes the first that waits, or more like those that are taken; what was cancelled meanwhile is dropped.
    private void TakeAlike(List<Work> batch)
    {
        lock (gate)
        {
            for (var node = waiting.First; node is not null && (batch.Count == 0 || batch.Count < MostTogether(batch[0]));)
            {
                var next = node.Next;
                if (node.Value.Completion.Task.IsCompleted)
                {
                    node.Value.Input.Dispose();
                    waiting.Remove(node);
                }
                else if (batch.Count == 0 || node.Value.IsLike(batch[0]))
                {
                    batch.Add(node.Value);
                    waiting.Remove(node);
                }

                node = next;
            }
        }
    }

    private int MostTogether(Work work) => work.Session.Contract.Input.TakesBatches ? settings.MaxBatch : 1;

    private static void Run(List<Work> batch)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var outputs = batch[0].Session.Run([.. batch.Select(work => work.Input)]);
            var took = Stopwatch.GetElapsedTime(started);
            foreach (var (work, output) in batch.Zip(outputs))
            {
                var result = new ScheduledOutput(output, Stopwatch.GetElapsedTime(work.Arrived, started), took, batch.Count);
                if (!work.Completion.TrySetResult(result))
                {
                    // Cancelled while it ran: nobody takes the output.
                    output.Dispose();
                }
            }
        }
#pragma warning disable CA1031 // Whatever goes wrong is the answer of those who wait, and the thread must live for the next.
        catch (Exception error)
#pragma warning restore CA1031
        {
            foreach (var work in batch)
            {
                work.Completion.TrySetException(error);
            }
        }
        finally
        {
            foreach (var work in batch)
            {
                work.Input.Dispose();
            }
        }
    }

    private sealed record Work(ModelSession Session, InputTensor Input)
    {
        public TaskCompletionSource<ScheduledOutput> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Arrived { get; } = Stopwatch.GetTimestamp();

        public bool IsLike(Work other) => ReferenceEquals(Session, other.Session) && Input.Size == other.Input.Size;
    }
}

/// <summary>What a scheduled run gave for one photo.</summary>
/// <param name="Output">The network's output; belongs to the caller.</param>
/// <param name="Waited">From its arrival to the beginning of its run.</param>
/// <param name="Took">The run, all photos of its batch together.</param>
/// <param name="BatchSize">How many photos ran together.</param>
public sealed record ScheduledOutput(NetworkOutput Output, TimeSpan Waited, TimeSpan Took, int BatchSize);
