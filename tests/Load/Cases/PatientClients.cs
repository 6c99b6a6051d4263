using System.Diagnostics;
using FcnService.Client;
using FcnService.Load.Harness;

namespace FcnService.Load.Cases;

/// <summary>More clients than the queue has room for, who come back when Retry-After says: all of them are served.</summary>
internal sealed class PatientClients : ICase
{
    private const int Clients = 32;

    // Two photos: the rest is refused.
    private const double QueuedMegapixels = 0.4;

    public string Name => "patient-clients";

    public TimeSpan Limit => TimeSpan.FromMinutes(5);

    public async Task RunAsync(Findings findings, bool quick, CancellationToken cancellation)
    {
        await using var service = await ServiceProcess.StartReadyAsync(
            cancellation,
            FormattableString.Invariant($"--Admission:MaxQueuedMegapixels={QueuedMegapixels}"));
        var refusals = new CountingHandler();
        using var http = new HttpClient(refusals) { BaseAddress = service.Address };
        var client = new SegmentationClient(http, new SegmentationClientOptions { MaxAttempts = 100 });
        var photo = ImageSource.FromBytes(Photo.Png(480, 360, seed: 1));
        var each = quick ? 3 : 10;

        var clock = Stopwatch.StartNew();
        var failed = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = cancellation };
        await Parallel.ForAsync(0, Clients, parallel, async (_, token) =>
        {
            for (var i = 0; i < each; i++)
            {
                try
                {
                    using var answer = await client.SegmentAsync(photo, cancellation: token);
                    await answer.ReadBytesAsync(token);
                }
                catch (SegmentationException)
                {
                    Interlocked.Increment(ref failed);
                }
            }
        });

        findings.Check(
            $"{Clients} clients for a queue of two photos, who obey Retry-After: every request answered, some of them refused first",
            $"{failed} failed of {Clients * each}, after {refusals.Count} refusals in {clock.Elapsed.TotalSeconds:0} s",
            failed == 0 && refusals.Count > 0);
    }

    private sealed class CountingHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        private int count;

        public int Count => count;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if ((int)response.StatusCode == 429)
            {
                Interlocked.Increment(ref count);
            }

            return response;
        }
    }
}
