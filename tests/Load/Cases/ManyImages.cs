using System.Globalization;
using FcnService.Client;
using FcnService.Load.Harness;

namespace FcnService.Load.Cases;

/// <summary>A hundred images in a request: memory holds a few of them, however many there are.</summary>
internal sealed class ManyImages : ICase
{
    private const int Few = 20;

    private const int Many = 100;

    // Random bytes after the picture's end, which no decoder looks at, make the upload large and the rest of the work small.
    private const int FileBytes = 8_000_000;

    public string Name => "batch";

    public TimeSpan Limit => TimeSpan.FromMinutes(5);

    public async Task RunAsync(Findings findings, bool quick, CancellationToken cancellation)
    {
        await using var service = await ServiceProcess.StartReadyAsync(cancellation);
        using var http = new HttpClient { BaseAddress = service.Address };
        var client = new SegmentationClient(http, new SegmentationClientOptions { BatchSize = Many });
        var picture = Photo.Png(480, 360, seed: 1);
        var file = new byte[FileBytes];
        new Random(1).NextBytes(file);
        picture.CopyTo(file, 0);

        await SegmentAsync(client, file, Few, cancellation);
        var (before, peakBefore) = (service.ResidentBytes, service.PeakResidentBytes);
        var answered = await SegmentAsync(client, file, Many, cancellation);
        var (after, peak) = (service.ResidentBytes, service.PeakResidentBytes);

        findings.Check(
            $"{Many} images of {FileBytes / 1_000_000} MB in a request, after {Few}: peak resident memory ≤ 1.1 × that of the {Few}",
            $"{Mib(peak)} after {Mib(peakBefore)}: {(double)peak / peakBefore:0.00} × ({Mib(before)}, then {Mib(after)} at the ends)",
            peak <= 1.1 * peakBefore);
        using var alone = await client.SegmentAsync(ImageSource.FromBytes(file), cancellation: cancellation);
        var expected = await alone.ReadBytesAsync(cancellation);
        var equal = answered.Count(answer => answer.AsSpan().SequenceEqual(expected));
        findings.Check("every answer that of the image on its own", $"{equal} of {Many}", equal == Many);
    }

    private static async Task<List<byte[]>> SegmentAsync(SegmentationClient client, byte[] file, int count, CancellationToken cancellation)
    {
        var masks = new List<byte[]>();
        var images = Enumerable.Repeat(ImageSource.FromBytes(file), count);
        await foreach (var (_, answer, problem) in client.SegmentManyAsync(images, cancellation: cancellation))
        {
            using var mask = answer ?? throw new ServiceFault($"An image of a batch was refused: {problem!.Message}");
            masks.Add(await mask.ReadBytesAsync(cancellation));
        }

        return masks;
    }

    private static string Mib(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB");
}
