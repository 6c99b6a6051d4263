using BenchmarkDotNet.Attributes;
using FcnService.Bench;
using FcnService.Inference.Imaging;

namespace FcnService.Benchmarks;

/// <summary>From a JPEG to RGB at the size that the network sees.</summary>
public class DecodeBenchmark : PhotoBenchmark
{
    private readonly ImageDecoder decoder = new(new ImageLimits());
    private byte[] file = [];

    [GlobalSetup]
    public void Draw() => file = JpegPhoto.Draw(Photo, seed: 1);

    [Benchmark]
    public void Decode()
    {
        using var image = decoder.Open(file);
        image.Decode(Frame.Content).Dispose();
    }
}
