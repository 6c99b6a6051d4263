namespace FcnService.Inference.Scheduling;

/// <summary>
/// What all photos of a process share: a bound on how many are decoded at once, and the one queue for the networks. While one photo runs,
/// others are decoded and encoded.
/// </summary>
public sealed class SegmentationPipeline : IDisposable
{
    private readonly SemaphoreSlim decoders;

    /// <summary>Creates a pipeline.</summary>
    /// <param name="settings">How runs are put together.</param>
    /// <param name="maxDecoders">How many photos are decoded at once, at least 1.</param>
    public SegmentationPipeline(SchedulingSettings settings, int maxDecoders)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDecoders, 1);
        decoders = new SemaphoreSlim(maxDecoders);
        Scheduler = new InferenceScheduler(settings);
    }

    /// <summary>The queue for the networks.</summary>
    public InferenceScheduler Scheduler { get; }

    /// <summary>Decodes in turn.</summary>
    /// <param name="decode">The work.</param>
    /// <param name="cancellation">Ends the wait for it to begin.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task<T> DecodeAsync<T>(Func<T> decode, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(decode);
        await decoders.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return decode();
        }
        finally
        {
            decoders.Release();
        }
    }

    /// <summary>Ends the queue.</summary>
    public void Dispose()
    {
        Scheduler.Dispose();
        decoders.Dispose();
    }
}
