using BenchmarkDotNet.Attributes;
using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;
using FcnService.Inference.Preprocessing;

namespace FcnService.Benchmarks;

/// <summary>From RGB to the network's input: planes of blue, green and red, less their means.</summary>
public class PreprocessBenchmark : PhotoBenchmark
{
    private readonly Normalizer normalizer =
        new(ChannelOrder.Bgr, TensorLayout.Nchw, mean: [104.00699f, 116.66877f, 122.67892f], std: [1, 1, 1]);

    private RgbImage? image;
    private NetworkFrame? frame;
    private float[] tensor = [];

    [GlobalSetup]
    public void Prepare()
    {
        frame = Frame;
        image = new RgbImage(frame.Content);
        new Random(1).NextBytes(image.Pixels);
        tensor = new float[frame.Input.Pixels * RgbImage.BytesPerPixel];
    }

    [Benchmark]
    public void Normalize() => normalizer.Write(image!, frame!, tensor);

    [GlobalCleanup]
    public void Dispose() => image!.Dispose();
}
