using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Load.Harness;

namespace FcnService.Compare;

/// <summary>Asks a server for one mask at a time and looks at the answer.</summary>
internal sealed class MaskClient(int port) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = LoadClient.Patience };

    private readonly ImageDecoder decoder = new(new ImageLimits());

    /// <summary>The mask of a photo, in colours: three bytes a pixel. All servers have the same palette, a colour for each label.</summary>
    /// <exception cref="ServiceFault">The answer is no mask of the photo's size.</exception>
    public async Task<byte[]> ColoursAsync(byte[] photo, ImageSize size, CancellationToken cancellation)
    {
        using var answer = await PostAsync(photo, cancellation);
        using var image = decoder.Open(await answer.Content.ReadAsByteArrayAsync(cancellation));
        if (image.Size != size)
        {
            throw new ServiceFault($"The mask is {image.Size} for a photo of {size}.");
        }

        using var colours = image.Decode(size);
        return colours.Pixels.ToArray();
    }

    /// <summary>The time from the request to its answer's last byte, and the time of each stage as the service's Server-Timing tells it.</summary>
    public async Task<StageTiming> TimeAsync(byte[] photo, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        using var answer = await PostAsync(photo, cancellation);
        var roundTrip = clock.Elapsed.TotalMilliseconds;
        // "decode;dur=1.23, preprocess;dur=0.45"
        var stages = answer.Headers.GetValues("Server-Timing").Single().Split(", ").Select(stage => stage.Split(";dur="));
        return new StageTiming(roundTrip, stages.ToDictionary(stage => stage[0], stage => double.Parse(stage[1], CultureInfo.InvariantCulture)));
    }

    /// <summary>The bytes allocated on the managed heap since the service started, as its metrics tell.</summary>
    public async Task<double> AllocatedBytesAsync(CancellationToken cancellation)
    {
        const string metric = "dotnet_gc_heap_total_allocated_bytes_total ";
        var metrics = await http.GetStringAsync("/metrics", cancellation);
        var line = metrics.Split('\n').FirstOrDefault(line => line.StartsWith(metric, StringComparison.Ordinal))
            ?? throw new ServiceFault($"/metrics has no line that begins '{metric}'.");
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> PostAsync(byte[] photo, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(photo) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        var answer = await http.PostAsync("/segment", content, cancellation);
        return answer.IsSuccessStatusCode
            ? answer
            : throw new ServiceFault($"The answer is {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellation)}");
    }
}
