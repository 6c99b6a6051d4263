using BenchmarkDotNet.Attributes;
using FcnService.Inference.Geometry;
using FcnService.Inference.Labels;
using FcnService.Inference.Models;

namespace FcnService.Benchmarks;

/// <summary>From the scores of 21 classes to a label for each pixel of the photo.</summary>
public class ArgmaxBenchmark : PhotoBenchmark
{
    private const int Classes = 21;
    private const int Stride = 8;

    private Scores full;
    private Scores coarse;
    private ClassMap? map;

    [GlobalSetup]
    public void Draw()
    {
        full = Scores.Draw(Frame, Frame.Input, Classes, upsample: null);
        coarse = Scores.Draw(Frame, new ImageSize(Frame.Input.Width / Stride, Frame.Input.Height / Stride), Classes, new Upsampling(Stride));
        map = new ClassMap(Photo);
    }

    /// <summary>Scores at the size of the network's input.</summary>
    [Benchmark]
    public void FullScores() => full.Label(map!);

    /// <summary>Scores at an eighth of it, interpolated on the way.</summary>
    [Benchmark]
    public void CoarseScores() => coarse.Label(map!);

    [GlobalCleanup]
    public void Dispose() => map!.Dispose();
}
