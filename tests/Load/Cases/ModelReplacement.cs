using System.Diagnostics;
using System.Security.Cryptography;
using FcnService.Client;
using FcnService.Load.Harness;

namespace FcnService.Load.Cases;

/// <summary>A model file is replaced under load, by a sound one and then by garbage: clients see the first and never the second.</summary>
internal sealed class ModelReplacement : ICase
{
    private const string Model = "fcn8s-camvid.onnx";

    private static readonly TimeSpan SwapLimit = TimeSpan.FromSeconds(30);

    // As long as the beginning of the licence that it takes the place of, so that the file stays sound.
    private static readonly byte[] Mark = "Replaced"u8.ToArray();

    public string Name => "model-replacement";

    public TimeSpan Limit => TimeSpan.FromMinutes(3);

    public async Task RunAsync(Findings findings, bool quick, CancellationToken cancellation)
    {
        var models = Directory.CreateTempSubdirectory("fcn-load-");
        try
        {
            await RunAsync(findings, models.FullName, cancellation);
        }
        finally
        {
            models.Delete(recursive: true);
        }
    }

    private static async Task RunAsync(Findings findings, string models, CancellationToken cancellation)
    {
        var served = await File.ReadAllBytesAsync(Path.Combine(ServiceProcess.Repository, "models", Model), cancellation);
        var path = Path.Combine(models, Model);
        await File.WriteAllBytesAsync(path, served, cancellation);
        await using var service = await ServiceProcess.StartReadyAsync(cancellation, $"--Models:Directory={models}");
        byte[][] photo = [Request.Segment(Photo.Png(480, 360, seed: 1))];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var traffic = Traffic.ClosedAsync(service.Port, photo, clients: 2, stop.Token, cancellation);
        await Task.Delay(TimeSpan.FromSeconds(2), cancellation);

        // The careful way: written beside it and renamed.
        await File.WriteAllBytesAsync(path + ".new", Marked(served), cancellation);
        File.Move(path + ".new", path, overwrite: true);
        var clock = Stopwatch.StartNew();
        var swapped = await IsMarkedAsync(service, cancellation);
        while (!swapped && clock.Elapsed < SwapLimit)
        {
            await Task.Delay(200, cancellation);
            swapped = await IsMarkedAsync(service, cancellation);
        }

        findings.Check(
            $"model replaced while serving: the new one serves within {SwapLimit.TotalSeconds:0} s",
            swapped ? $"after {clock.Elapsed.TotalSeconds:0.0} s" : "it does not",
            swapped);

        // The careless way: over the file itself.
        await File.WriteAllBytesAsync(path, RandomNumberGenerator.GetBytes(1_000_000), cancellation);
        await Task.Delay(TimeSpan.FromSeconds(8), cancellation);
        var (still, ready) = (await IsMarkedAsync(service, cancellation) == swapped, await service.IsReadyAsync(cancellation));
        await stop.CancelAsync();
        var load = await traffic;
        findings.Check(
            "replaced by garbage while serving: the old one serves on",
            $"{(still ? "it is listed" : "it is not listed")}, {(ready ? "ready" : "not ready")}",
            still && ready);
        var failed = load.Answers.Count - load.Ok;
        findings.Check("zero failed requests", $"{failed} failed of {load.Answers.Count} ({load.Kinds})", failed == 0 && load.Ok > 0);
    }

    private static async Task<bool> IsMarkedAsync(ServiceProcess service, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = service.Address };
        var models = await new SegmentationClient(http).GetModelsAsync(cancellation);
        return models.Models.Any(model => model.License?.StartsWith("Replaced", StringComparison.Ordinal) == true);
    }

    private static byte[] Marked(byte[] model)
    {
        var marked = (byte[])model.Clone();
        var licence = "\"license\":\""u8;
        var at = model.AsSpan().LastIndexOf(licence);
        if (at < 0)
        {
            throw new InvalidDataException($"{Model} states no licence, by which this case tells the new file from the old.");
        }

        Mark.CopyTo(marked, at + licence.Length);
        return marked;
    }
}
