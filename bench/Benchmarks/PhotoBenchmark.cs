using BenchmarkDotNet.Attributes;
using FcnService.Inference.Geometry;

namespace FcnService.Benchmarks;

/// <summary>A benchmark over the sizes that photos have.</summary>
public abstract class PhotoBenchmark
{
    // What FCN-8s says of itself in padding "same".
    private static readonly AnySize SizePolicy = new(MultipleOf: 32, MaxSide: 1024);

    /// <summary>A frame of CamVid, a photo of PASCAL VOC, a phone's photo of 12 megapixels.</summary>
    public static IEnumerable<ImageSize> Sizes => [new(480, 360), new(500, 375), new(4000, 3000)];

    [ParamsSource(nameof(Sizes))]
    public ImageSize Photo { get; set; }

    /// <summary>What the network sees of the photo: at most 1024 pixels a side.</summary>
    protected NetworkFrame Frame => SizePolicy.Frame(Photo);
}
