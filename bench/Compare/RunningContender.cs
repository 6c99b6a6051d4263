using FcnService.Load.Harness;

namespace FcnService.Compare;

/// <summary>A contender's process, fresh for its case, so that its peak of memory is its own.</summary>
internal sealed class RunningContender : IAsyncDisposable
{
    private readonly ServiceProcess process;
    private readonly MaskClient client;

    private RunningContender(Contender contender, ServiceProcess process, long modelBytes)
    {
        this.process = process;
        client = new MaskClient(process.Port);
        Contender = contender;
        Measurement = new Measurement { ModelBytes = modelBytes };
    }

    public Contender Contender { get; }

    /// <summary>What has been measured so far.</summary>
    public Measurement Measurement { get; }

    /// <summary>Starts a contender and waits until it is ready.</summary>
    /// <exception cref="ServiceFault">It does not start.</exception>
    public static async Task<RunningContender> StartAsync(Contender contender, string model, CancellationToken cancellation)
    {
        var port = ServiceProcess.FreePort();
        var command = contender.Server.Command(model, contender.Model.MultipleOf, port);
        // A first start leaves what a server keeps for its next ones; it is those that are compared.
        await (await ServiceProcess.StartReadyAsync(command, port, contender.Server.ReadyPath, cancellation)).DisposeAsync();
        var process = await ServiceProcess.StartReadyAsync(command, port, contender.Server.ReadyPath, cancellation);
        // A link has no length of its own.
        var file = new FileInfo(model);
        return new RunningContender(contender, process, (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length);
    }

    /// <summary>The masks of photos, as <see cref="MaskClient.ColoursAsync"/> gives them.</summary>
    public async Task<IReadOnlyList<byte[]>> MasksAsync(IReadOnlyList<byte[]> photos, Case settings, CancellationToken cancellation)
    {
        var masks = new List<byte[]>();
        for (var i = 0; i < photos.Count; i++)
        {
            masks.Add(await client.ColoursAsync(photos[i], settings.SizeOf(i), cancellation));
        }

        return masks;
    }

    /// <summary>Gives it work for a time.</summary>
    /// <exception cref="ServiceFault">A request is not answered with a mask.</exception>
    public async Task<TrafficResult> WorkAsync(IReadOnlyList<byte[]> photos, Case settings, TimeSpan time, CancellationToken cancellation)
    {
        byte[][] requests = [.. photos.Select(Request.Segment)];
        var turn = await Traffic.ClosedAsync(process.Port, requests, settings.Clients, time, cancellation);
        return turn.Ok == turn.Answers.Count ? turn : throw new ServiceFault($"Expected 200 for every photo; the answers are {turn.Kinds}.");
    }

    /// <summary>Measures a turn.</summary>
    public async Task MeasureTurnAsync(IReadOnlyList<byte[]> photos, Case settings, CancellationToken cancellation)
    {
        if (!Contender.Server.TellsStages)
        {
            Measurement.Turns.Add(await WorkAsync(photos, settings, settings.Turn, cancellation));
            return;
        }

        // Looking allocates, too: how much, looking without work tells.
        const int looks = 10;
        var earlier = await client.AllocatedBytesAsync(cancellation);
        var before = earlier;
        for (var look = 0; look < looks; look++)
        {
            before = await client.AllocatedBytesAsync(cancellation);
        }

        var turn = await WorkAsync(photos, settings, settings.Turn, cancellation);
        var after = await client.AllocatedBytesAsync(cancellation);
        Measurement.Turns.Add(turn);
        Measurement.AllocatedBytes.Add((after - before - ((before - earlier) / looks)) / turn.Answers.Count);
    }

    /// <summary>Measures what can be told only at the end of all turns: the peak of memory, and the stages of requests that come alone.</summary>
    public async Task MeasureEndAsync(IReadOnlyList<byte[]> photos, Case settings, CancellationToken cancellation)
    {
        Measurement.PeakBytes = process.PeakResidentBytes;
        for (var i = 0; Contender.Server.TellsStages && i < settings.RequestsAlone; i++)
        {
            Measurement.Alone.Add(await client.TimeAsync(photos[i % photos.Count], cancellation));
        }
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await process.DisposeAsync();
    }
}
