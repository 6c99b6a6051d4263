using FcnService.Compare;
using FcnService.Inference.Geometry;
using FcnService.Load.Harness;

namespace FcnService.Budgets;

/// <summary>The memory of a photo that is larger than what the network sees of it, beside that of one of just this size.</summary>
/// <param name="photos">A folder of photos; null to draw them.</param>
internal sealed class LargePhoto(DirectoryInfo? photos)
{
    private const int Processes = 5;

    // The last of them find pools and arenas filled.
    private const int Requests = 10;

    private static readonly ImageSize Seen = new(1024, 768);
    private static readonly ImageSize Large = new(4000, 3000);

    /// <summary>Measures the default model's service, in processes that see photos of one size only.</summary>
    /// <exception cref="ServiceFault">A photo is not answered with a mask.</exception>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(CancellationToken cancellation)
    {
        var (seenRequest, largeRequest) = (RequestFor(Seen), RequestFor(Large));
        var (seen, large) = (new List<double>(), new List<double>());
        for (var i = 0; i < Processes; i++)
        {
            seen.Add(await PeakMegabytesAsync(seenRequest, cancellation));
            large.Add(await PeakMegabytesAsync(largeRequest, cancellation));
        }

        return
        [
            new Figure($"photos of {Seen}: peak memory, MB", new Spread(seen).ToString("0")),
            new Figure($"photos of {Large}: peak memory, MB", new Spread(large).ToString("0")),
            new Figure(
                $"photos of {Large}: peak memory beyond those of {Seen}, MB",
                new Spread([.. large.Zip(seen, (more, less) => more - less)]).ToString("0"),
                "< 60"),
        ];
    }

    private byte[] RequestFor(ImageSize size) => Request.Segment((photos is null ? Photos.Draw(_ => size, 1) : Photos.Take(photos, _ => size, 1))[0]);

    private static async Task<double> PeakMegabytesAsync(byte[] request, CancellationToken cancellation)
    {
        await using var service = await ServiceProcess.StartReadyAsync(cancellation);
        for (var i = 0; i < Requests; i++)
        {
            var answer = await LoadClient.SendAsync(service.Port, request, cancellation);
            if (answer.Status != 200)
            {
                throw new ServiceFault($"Expected 200 for a photo; the answer is {answer.Kind}.");
            }
        }

        return service.PeakResidentBytes / 1e6;
    }
}
