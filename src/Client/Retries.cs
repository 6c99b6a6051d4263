using System.Runtime.ExceptionServices;

namespace FcnService.Client;

/// <summary>
/// Sends again what may be: refused for the moment, or not answered. Segmenting is a pure function, so that asking twice does no harm.
/// </summary>
internal sealed class Retries(SegmentationClientOptions options)
{
    /// <summary>Sends a request until it is answered or given up.</summary>
    /// <param name="send">One attempt.</param>
    /// <param name="canBeSent">Whether what it sends is still there.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public Task<HttpResponseMessage> RunAsync(Func<Task<HttpResponseMessage>> send, Func<bool> canBeSent, CancellationToken cancellation) =>
        Begin().RunAsync(send, canBeSent, cancellation);

    /// <summary>The attempts of one request, with their count and their time.</summary>
    public Attempts Begin() => new(options);

    internal sealed class Attempts(SegmentationClientOptions options)
    {
        private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

        private readonly TimeProvider clock = options.TimeProvider;
        private readonly long start = options.TimeProvider.GetTimestamp();
        private int failed;

        public async Task<HttpResponseMessage> RunAsync(Func<Task<HttpResponseMessage>> send, Func<bool> canBeSent, CancellationToken cancellation)
        {
            for (; ; )
            {
                Exception failure;
                try
                {
                    return await send().ConfigureAwait(false);
                }
                catch (SegmentationException refused) when (refused.IsTemporary)
                {
                    failure = refused;
                }
                catch (HttpRequestException broken) when (!cancellation.IsCancellationRequested)
                {
                    failure = broken;
                }

                await WaitAsync(failure, canBeSent, cancellation).ConfigureAwait(false);
            }
        }

        /// <summary>Waits until it is time for the next attempt.</summary>
        /// <exception cref="Exception">The failure: there is none.</exception>
        public async Task WaitAsync(Exception failure, Func<bool> canBeSent, CancellationToken cancellation)
        {
            failed++;
            var wait = NextWait((failure as SegmentationException)?.RetryAfter);
            if (failed >= options.MaxAttempts || clock.GetElapsedTime(start) + wait > options.MaxTime || !canBeSent())
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            await Task.Delay(wait, clock, cancellation).ConfigureAwait(false);
        }

        // Clients that were refused together should not come back together: up to a quarter longer than the service says, never shorter;
        // without its word, between half of the doubled time and all of it.
        private TimeSpan NextWait(TimeSpan? retryAfter)
        {
            var share = Random.Shared.NextDouble();
            if (retryAfter is { } told)
            {
                return told * (1 + (share / 4));
            }

            var doubled = options.FirstWait * Math.Pow(2, failed - 1);
            return (doubled < LongestWait ? doubled : LongestWait) * (0.5 + (share / 2));
        }
    }
}
