using Microsoft.Extensions.Options;

namespace FcnService.Api.Admission;

/// <summary>
/// Takes work in by what it costs, not by how many requests there are: bytes of encoded images, and megapixels of network input, which a
/// network's time is proportional to. What is over the bounds is refused at once, with the time after which there will be room; or it waits,
/// if it is one of many that come one after the other.
/// </summary>
internal sealed class AdmissionControl(IOptions<AdmissionOptions> options, TimeProvider clock)
{
    // How far back the drain rate looks: long enough for a few photos, short enough to follow a change of load.
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private long bytes;
    private double megapixels;
    private int photos;
    private double megapixelsPerSecond;
    private long lastDrain = clock.GetTimestamp();
    private TaskCompletionSource? released;

    /// <summary>The work that waits or runs.</summary>
    public (double Megapixels, int Photos) Queue
    {
        get
        {
            lock (gate)
            {
                return (megapixels, photos);
            }
        }
    }

    /// <summary>Admits an upload, before a byte of it is read.</summary>
    /// <param name="length">Its length in bytes; of an unannounced one, the longest allowed.</param>
    /// <returns>To be disposed when the bytes are no longer needed.</returns>
    /// <exception cref="OverloadedException">The bytes in flight, or the queue, are at their bound.</exception>
    public AdmittedBytes AdmitBytes(long length)
    {
        lock (gate)
        {
            return WhyNoRoomForBytes(length) is { } full ? throw Overloaded(full) : TakeBytes(length);
        }
    }

    /// <summary>Admits an upload as soon as there is room for it.</summary>
    /// <param name="length">As for <see cref="AdmitBytes"/>.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>To be disposed when the bytes are no longer needed.</returns>
    public Task<AdmittedBytes> WaitForBytesAsync(long length, CancellationToken cancellation) =>
        WaitAsync(() => WhyNoRoomForBytes(length) is null ? TakeBytes(length) : null, cancellation);

    /// <summary>Refuses a photo of which the header has arrived, if there is no room for it now.</summary>
    /// <remarks>Room is taken only by a photo that is there: clients who never send the rest would keep the others out.</remarks>
    /// <param name="cost">In megapixels of network input.</param>
    /// <exception cref="OverloadedException">The queue is full.</exception>
    public void CheckPhoto(double cost)
    {
        lock (gate)
        {
            RefuseIfFull(cost);
        }
    }

    /// <summary>Admits a photo that has arrived.</summary>
    /// <param name="cost">In megapixels of network input.</param>
    /// <returns>To be disposed when the network is done with it.</returns>
    /// <exception cref="OverloadedException">The queue is full.</exception>
    public IDisposable AdmitPhoto(double cost)
    {
        lock (gate)
        {
            RefuseIfFull(cost);
            return TakePhoto(cost);
        }
    }

    /// <summary>Admits a photo that has arrived as soon as there is room for it.</summary>
    /// <param name="cost">In megapixels of network input.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>To be disposed when the network is done with it.</returns>
    public Task<IDisposable> WaitForPhotoAsync(double cost, CancellationToken cancellation) =>
        WaitAsync<IDisposable>(() => WhyNoRoomForPhoto(cost) is null ? TakePhoto(cost) : null, cancellation);

    // Tries again after each release, in no particular order among those who wait.
    private async Task<T> WaitAsync<T>(Func<T?> tryTake, CancellationToken cancellation)
        where T : class
    {
        for (; ; )
        {
            Task release;
            lock (gate)
            {
                if (tryTake() is { } taken)
                {
                    return taken;
                }

                released ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                release = released.Task;
            }

            await release.WaitAsync(cancellation);
        }
    }

    // What follows, down to the drain, is called with the gate held.
    private string? WhyNoRoomForBytes(long length)
    {
        // A full queue would refuse the photo once it has been read: better now.
        if (megapixels >= options.Value.MaxQueuedMegapixels)
        {
            return $"{megapixels:0.0} megapixels wait or run; the bound is {options.Value.MaxQueuedMegapixels:0.0}.";
        }

        return bytes > 0 && bytes + length > options.Value.MaxBytesInFlight
            ? $"{bytes} bytes of images are in flight; with this one's {length} they would be over the bound of {options.Value.MaxBytesInFlight}."
            : null;
    }

    private string? WhyNoRoomForPhoto(double cost) => photos > 0 && megapixels + cost > options.Value.MaxQueuedMegapixels
        ? $"{megapixels:0.0} megapixels wait or run; with this photo's {cost:0.0} they would be over the bound of "
            + $"{options.Value.MaxQueuedMegapixels:0.0}."
        : null;

    private void RefuseIfFull(double cost)
    {
        if (WhyNoRoomForPhoto(cost) is { } full)
        {
            throw Overloaded(full);
        }
    }

    private AdmittedBytes TakeBytes(long length)
    {
        bytes += length;
        return new AdmittedBytes(length, GiveBytesBack);
    }

    private Admitted TakePhoto(double cost)
    {
        if (photos == 0)
        {
            // An idle time says nothing about how fast work drains.
            lastDrain = clock.GetTimestamp();
        }

        photos++;
        megapixels += cost;
        return new Admitted(() => Drain(cost));
    }

    private void GiveBytesBack(long length)
    {
        lock (gate)
        {
            bytes -= length;
            WakeWaiting();
        }
    }

    private void Drain(double cost)
    {
        lock (gate)
        {
            photos--;
            megapixels = photos == 0 ? 0 : megapixels - cost;
            var elapsed = Math.Max(clock.GetElapsedTime(lastDrain).TotalSeconds, 1e-6);
            lastDrain = clock.GetTimestamp();
            // An exponential average over time, so that many small photos weigh as much as few large ones.
            var weight = 1 - Math.Exp(-elapsed / Memory.TotalSeconds);
            megapixelsPerSecond = megapixelsPerSecond == 0 ? cost / elapsed : megapixelsPerSecond + (weight * ((cost / elapsed) - megapixelsPerSecond));
            WakeWaiting();
        }
    }

    private void WakeWaiting()
    {
        released?.SetResult();
        released = null;
    }

    private OverloadedException Overloaded(string detail)
    {
        var seconds = megapixelsPerSecond > 0 ? Math.Clamp(Math.Ceiling(megapixels / megapixelsPerSecond), 1, 60) : 1;
        return new OverloadedException(detail, TimeSpan.FromSeconds(seconds));
    }

    private sealed class Admitted(Action release) : IDisposable
    {
        private Action? release = release;

        public void Dispose() => Interlocked.Exchange(ref release, null)?.Invoke();
    }
}
