using System.Diagnostics;
using System.Net.Http.Headers;
using FcnService.Bench;
using FcnService.Compare;
using FcnService.Inference.Geometry;
using FcnService.Load.Harness;

namespace FcnService.Budgets;

/// <summary>The time of an overlay of a large photo beside that of its mask, as a client of the service sees them.</summary>
internal static class OverlayTime
{
    private const int WarmUp = 8;
    private const int Rounds = 15;

    private static readonly ImageSize Size = new(4000, 3000);

    /// <summary>Measures the default model's service, with a smooth photo and with one that has a sensor's grain.</summary>
    /// <exception cref="ServiceFault">A photo is not answered.</exception>
    public static async Task<IReadOnlyList<Figure>> MeasureAsync(CancellationToken cancellation)
    {
        await using var service = await ServiceProcess.StartReadyAsync(cancellation);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{service.Port}/") };
        return
        [
            .. await MeasureAsync(client, JpegPhoto.DrawWithGrain(Size, seed: 1), cancellation),
            .. await MeasureAsync(client, JpegPhoto.Draw(Size, seed: 1), cancellation),
        ];
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(HttpClient client, byte[] photo, CancellationToken cancellation)
    {
        var (masks, overlays) = (new List<double>(), new List<double>());
        for (var round = -WarmUp; round < Rounds; round++)
        {
            var mask = await AskAsync(client, "mask", photo, cancellation);
            var overlay = await AskAsync(client, "overlay", photo, cancellation);
            if (round >= 0)
            {
                masks.Add(mask);
                overlays.Add(overlay);
            }
        }

        var ratio = new Spread(overlays).Median / new Spread(masks).Median;
        var name = FormattableString.Invariant($"photo of {Size}, {photo.Length / 1e6:0.0} MB");
        return
        [
            new Figure($"{name}: mask, ms", new Spread(masks).ToString("0")),
            new Figure($"{name}: overlay, ms", new Spread(overlays).ToString("0")),
            new Figure($"{name}: overlay / mask", FormattableString.Invariant($"{ratio:0.00}"), "≤ 1.5"),
        ];
    }

    private static async Task<double> AskAsync(HttpClient client, string output, byte[] photo, CancellationToken cancellation)
    {
        using var body = new ByteArrayContent(photo) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } };
        var clock = Stopwatch.StartNew();
        using var answer = await client.PostAsync(new Uri($"segment?output={output}", UriKind.Relative), body, cancellation);
        await answer.Content.ReadAsByteArrayAsync(cancellation);
        return answer.IsSuccessStatusCode
            ? clock.Elapsed.TotalMilliseconds
            : throw new ServiceFault($"Expected 200 for the {output} of a photo; the answer is {(int)answer.StatusCode}.");
    }
}
