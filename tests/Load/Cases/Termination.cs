using System.Diagnostics;
using FcnService.Load.Harness;

namespace FcnService.Load.Cases;

/// <summary>SIGTERM under load: not ready at once, then everything that was sent until a load balancer has noticed is answered.</summary>
internal sealed class Termination : ICase
{
    private const int Delay = 3;

    private const int Drain = 20;

    // More than is done by the end of the delay, so that there is something to drain.
    private const int Clients = 16;

    public string Name => "sigterm";

    public TimeSpan Limit => TimeSpan.FromMinutes(3);

    public async Task RunAsync(Findings findings, bool quick, CancellationToken cancellation)
    {
        await using var service = await ServiceProcess.StartReadyAsync(
            cancellation,
            $"--Lifecycle:ShutdownDelaySeconds={Delay}",
            $"--Lifecycle:DrainSeconds={Drain}");
        byte[][] photo = [Request.Segment(Photo.Png(480, 360, seed: 1))];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var traffic = Traffic.ClosedAsync(service.Port, photo, Clients, stop.Token, cancellation);
        await Task.Delay(TimeSpan.FromSeconds(4), cancellation);

        var clock = Stopwatch.StartNew();
        service.SendTerminate();
        var notReady = await FirstNotReadyAsync(service, cancellation);
        var untilStop = TimeSpan.FromSeconds(Delay - 0.3) - clock.Elapsed;
        await Task.Delay(untilStop > TimeSpan.Zero ? untilStop : TimeSpan.Zero, cancellation);
        await stop.CancelAsync();
        var exit = await service.WaitForExitAsync(TimeSpan.FromSeconds(Delay + Drain + 10), cancellation);
        var ended = clock.Elapsed;
        var load = await traffic;

        findings.Check(
            "SIGTERM under load: not ready at once (within 1 s)",
            notReady is { } probe ? $"{probe.Kind} after {probe.Latency.TotalMilliseconds:0} ms" : "ready for 2 s more",
            notReady is { Status: 503 } && notReady.Latency < TimeSpan.FromSeconds(1));
        var lost = load.Answers.Count(answer => answer.Status is 0 or >= 500);
        findings.Check("every accepted request answered", $"{lost} lost of {load.Answers.Count} ({load.Kinds})", lost == 0 && load.Ok > 0);
        findings.Check(
            $"exit 0 within delay + drain = {Delay} + {Drain} s",
            exit is null ? $"still running after {ended.TotalSeconds:0} s" : $"exit {exit} after {ended.TotalSeconds:0.0} s",
            exit == 0 && ended.TotalSeconds <= Delay + Drain);
    }

    private static async Task<Answer?> FirstNotReadyAsync(ServiceProcess service, CancellationToken cancellation)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(2);)
        {
            var probe = await LoadClient.SendAsync(service.Port, Request.Get("/healthz/ready"), cancellation);
            if (probe.Status != 200)
            {
                return probe with { Latency = clock.Elapsed };
            }

            await Task.Delay(50, cancellation);
        }

        return null;
    }
}
