using BenchmarkDotNet.Attributes;
using FcnService.Inference.Labels;
using FcnService.Inference.Masks;

namespace FcnService.Benchmarks;

/// <summary>From labels to the PNG of the answer.</summary>
public class PalettePngBenchmark : PhotoBenchmark
{
    private readonly MemoryStream file = new();
    private ClassMap? map;

    [GlobalSetup]
    public void Draw()
    {
        map = new ClassMap(Photo);
        Scores.Draw(Frame, Frame.Input, classes: 21, upsample: null).Label(map);
    }

    [Benchmark]
    public long Write()
    {
        file.SetLength(0);
        IndexedPng.Write(map!, Palette.Voc, file);
        return file.Length;
    }

    [GlobalCleanup]
    public void Dispose() => map!.Dispose();
}
