using System.Diagnostics;
using FcnService.Client;
using FcnService.Load.Harness;

namespace FcnService.Load.Cases;

/// <summary>Four times as many requests as the service can answer: it answers as many as ever, and refuses the rest at once.</summary>
internal sealed class Overload : ICase
{
    private const int Width = 480;

    private const int Height = 360;

    private const double QueuedMegapixels = 4;

    private const int Times = 4;

    public string Name => "overload";

    public TimeSpan Limit => TimeSpan.FromMinutes(5);

    public async Task RunAsync(Findings findings, bool quick, CancellationToken cancellation)
    {
        await using var service = await ServiceProcess.StartReadyAsync(
            cancellation,
            FormattableString.Invariant($"--Admission:MaxQueuedMegapixels={QueuedMegapixels}"));
        byte[][] requests = [.. Enumerable.Range(0, 8).Select(seed => Request.Segment(Photo.Png(Width, Height, seed)))];
        var clients = Environment.ProcessorCount;

        // The runtime compiles what is called often a second time.
        await Traffic.ClosedAsync(service.Port, requests, clients, TimeSpan.FromSeconds(5), cancellation);
        var calm = await Traffic.ClosedAsync(service.Port, requests, clients, TimeSpan.FromSeconds(10), cancellation);
        var capacity = calm.Ok / calm.Time.TotalSeconds;
        if (capacity == 0)
        {
            throw new ServiceFault($"It answers nothing: {calm.Kinds}");
        }

        var queue = QueuedMegapixels / (capacity * await InputMegapixelsAsync(service, cancellation));
        var (cpuBefore, time) = (Environment.CpuUsage.TotalTime, TimeSpan.FromSeconds(quick ? 10 : 60));
        var clock = Stopwatch.StartNew();
        var load = await Traffic.OpenAsync(service.Port, requests, Times * capacity, time, cancellation);
        var cpu = (Environment.CpuUsage.TotalTime - cpuBefore) / clock.Elapsed / Environment.ProcessorCount;

        var goodput = load.OkInTime / load.Time.TotalSeconds;
        findings.Check(
            $"{Times}× overload for {time.TotalSeconds:0} s: goodput ≥ 95 % of capacity",
            $"{goodput:0.0}/s of {capacity:0.0}/s, {goodput / capacity:P0} ({load.Kinds}; the client took {cpu:P1} of all cores)",
            goodput >= 0.95 * capacity);
        var accepted = load.Percentile(200, 0.99);
        findings.Check(
            $"p99 of accepted ≤ queue bound / capacity + 1 s = {queue + 1:0.0} s",
            $"{accepted.TotalSeconds:0.00} s",
            load.Ok > 0 && accepted.TotalSeconds <= queue + 1);
        var refused = load.Answers.Any(answer => answer.Kind == "429 /problems/overloaded");
        findings.Check(
            "refusals are 429 /problems/overloaded, p99 ≤ 50 ms",
            refused ? $"{load.Percentile(429, 0.99).TotalMilliseconds:0} ms" : "none was refused",
            refused && load.Percentile(429, 0.99).TotalMilliseconds <= 50);
        var (errors, broken) = (load.Answers.Count(answer => answer.Status >= 500), load.Answers.Count(answer => answer.Status == 0));
        findings.Check("zero 5xx, zero hung or broken sockets", $"{errors}, {broken}", errors + broken == 0);
    }

    // What the network sees of a photo: its sides, padded to the model's multiple.
    private static async Task<double> InputMegapixelsAsync(ServiceProcess service, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = service.Address };
        var models = await new SegmentationClient(http).GetModelsAsync(cancellation);
        var multiple = models.Models[0].Size.MultipleOf ?? 1;
        return Padded(Width) * Padded(Height) / 1e6;

        double Padded(int side) => (side + multiple - 1) / multiple * multiple;
    }
}
