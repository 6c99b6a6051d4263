using FcnService.Bench;
using FcnService.Inference.Geometry;
using FcnService.Inference.Models;
using FcnService.Load.Harness;

namespace FcnService.Sizing;

/// <summary>The service with one model, started anew for each size of photo, so that its peak is of that size.</summary>
internal sealed class Replica : IDisposable
{
    // More than the cores: some wait while others are decoded and run, as under load.
    private static readonly int Clients = 2 * Environment.ProcessorCount;

    private readonly FileInfo model;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("fcn-sizing-");
    private bool hasStarted;

    /// <summary>Puts a model where the service serves nothing else.</summary>
    public Replica(FileInfo model)
    {
        this.model = model;
        Link(model.FullName);
        Link(ModelSession.SidecarOf(model.FullName));
    }

    /// <summary>Measures photos of a size: JPEG, drawn.</summary>
    /// <param name="size">Their size.</param>
    /// <param name="time">How long each load lasts.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ServiceFault">The service does not start, or an answer is not a mask.</exception>
    public async Task<Measurement> MeasureAsync(ImageSize size, TimeSpan time, CancellationToken cancellation)
    {
        await StartBeforeAsync(cancellation);
        byte[][] photos = [.. Enumerable.Range(0, 4).Select(seed => Request.Segment(JpegPhoto.Draw(size, seed)))];

        var oneThread = await LoadAsync(photos, clients: 1, time, cancellation, "--Models:Threads=1");
        var alone = await LoadAsync(photos, clients: 1, time, cancellation);
        var full = await LoadAsync(photos, Clients, time, cancellation);
        return new Measurement(
            $"{model.Directory!.Name}/{model.Name}",
            size,
            full.ReadyBytes,
            full.PeakBytes,
            oneThread.Traffic.Percentile(200, 0.5),
            alone.Traffic.Percentile(200, 0.5),
            full.Traffic.Ok / full.Traffic.Time.TotalSeconds);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private async Task<(TrafficResult Traffic, long ReadyBytes, long PeakBytes)> LoadAsync(
        byte[][] photos, int clients, TimeSpan time, CancellationToken cancellation, params string[] settings)
    {
        await using var service = await StartAsync(cancellation, settings);
        var ready = service.ResidentBytes;
        // The first runs compile code.
        await Traffic.ClosedAsync(service.Port, photos, clients, time / 4, cancellation);
        var traffic = await Traffic.ClosedAsync(service.Port, photos, clients, time, cancellation);
        return traffic.Ok == traffic.Answers.Count
            ? (traffic, ready, service.PeakResidentBytes)
            : throw new ServiceFault($"{model.Name}: expected masks only, but there were {traffic.Kinds}.");
    }

    // As one starts that has run before: what ONNX Runtime makes of a large model is beside it then.
    private async Task StartBeforeAsync(CancellationToken cancellation)
    {
        if (!hasStarted)
        {
            await using var service = await StartAsync(cancellation);
            hasStarted = true;
        }
    }

    private Task<ServiceProcess> StartAsync(CancellationToken cancellation, params string[] settings) => ServiceProcess.StartReadyAsync(
        cancellation,
        [$"--Models:Directory={folder.FullName}", $"--Models:Default={Path.GetFileNameWithoutExtension(model.Name)}", .. settings]);

    private void Link(string file)
    {
        if (File.Exists(file))
        {
            File.CreateSymbolicLink(Path.Combine(folder.FullName, Path.GetFileName(file)), file);
        }
    }
}

/// <summary>What photos of one size take.</summary>
/// <param name="Model">The model's file and its folder.</param>
/// <param name="Size">The photos' size in pixels.</param>
/// <param name="ReadyBytes">Resident memory before the first photo.</param>
/// <param name="PeakBytes">The most resident memory, with more clients than cores.</param>
/// <param name="OneThread">A photo's time when it is alone and the network has one thread.</param>
/// <param name="AllCores">A photo's time when it is alone.</param>
/// <param name="PerSecond">Photos a second, with more clients than cores.</param>
internal sealed record Measurement(
    string Model, ImageSize Size, long ReadyBytes, long PeakBytes, TimeSpan OneThread, TimeSpan AllCores, double PerSecond)
{
    /// <summary>The photo's millions of pixels.</summary>
    public double Megapixels => Size.Pixels / 1e6;
}
