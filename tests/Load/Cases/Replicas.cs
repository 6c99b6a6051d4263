using FcnService.Load.Harness;

namespace FcnService.Load.Cases;

/// <summary>Two replicas behind nginx, one of which is killed while it works: nginx asks the other, and no client notices.</summary>
internal sealed class Replicas : ICase
{
    private const string Bound = "kill -9 of one of two replicas behind nginx, under load: zero failed requests";

    public string Name => "replicas";

    public TimeSpan Limit => TimeSpan.FromMinutes(3);

    public async Task RunAsync(Findings findings, bool quick, CancellationToken cancellation)
    {
        if (Nginx.Find() is not { } program)
        {
            findings.Skip(Bound, "there is no nginx here");
            return;
        }

        await using var first = await ServiceProcess.StartReadyAsync(cancellation);
        await using var second = await ServiceProcess.StartReadyAsync(cancellation);
        await using var nginx = await Nginx.StartAsync(program, [first.Port, second.Port], cancellation);
        byte[][] photo = [Request.Segment(Photo.Png(480, 360, seed: 1))];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var traffic = Traffic.ClosedAsync(nginx.Port, photo, clients: 4, stop.Token, cancellation);
        var time = TimeSpan.FromSeconds(quick ? 4 : 15);
        await Task.Delay(time, cancellation);
        first.KillNow();
        await Task.Delay(time, cancellation);
        await stop.CancelAsync();
        var load = await traffic;
        var failed = load.Answers.Count - load.Ok;
        findings.Check(Bound, $"{failed} failed of {load.Answers.Count} ({load.Kinds})", failed == 0 && load.Ok > 0);
    }
}
