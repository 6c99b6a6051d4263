using System.Diagnostics;
using FcnService.Compare;
using FcnService.Compare.Servers;
using FcnService.Inference;
using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Labels;
using FcnService.Inference.Masks;
using FcnService.Inference.Models;
using FcnService.Load.Harness;

namespace FcnService.Budgets;

/// <summary>The PNG of the default model's masks: how long it takes, and how large it is beside what an optimizer makes of the same rows.</summary>
/// <param name="photos">A folder of photos; null to draw them.</param>
internal sealed class MaskFiles(DirectoryInfo? photos)
{
    private const int Masks = 4;

    // The runtime compiles what was called thirty times once more.
    private const int WarmUp = 40;

    private const int Repetitions = 20;

    /// <summary>Measures masks of one size.</summary>
    /// <param name="size">The photos' size, and so the masks'.</param>
    /// <param name="mostMilliseconds">What a mask should take.</param>
    public IEnumerable<Figure> Measure(ImageSize size, int mostMilliseconds)
    {
        var masks = Segment(size);
        try
        {
            var (times, files) = Time(masks);
            yield return new Figure($"mask of {size}: PNG, ms", times.ToString("0.0"), $"≤ {mostMilliseconds}");
            yield return new Figure($"mask of {size}: PNG, bytes", new Spread(files).ToString("0"));
            yield return Compare(masks, files, $"mask of {size}: PNG / the same rows by libdeflate");
        }
        finally
        {
            masks.ForEach(mask => mask.Dispose());
        }
    }

    private List<ClassMap> Segment(ImageSize size)
    {
        var model = Path.Combine(ServiceProcess.Repository, "models", "fcn8s-camvid.onnx");
        using var segmenter = new Segmenter(ModelSession.Load(model, new SessionSettings()), new ImageDecoder(new ImageLimits()));
        var files = photos is null ? Photos.Draw(_ => size, Masks) : Photos.Take(photos, _ => size, Masks);
        return [.. files.Select(file => segmenter.Segment(file).Labels)];
    }

    private static (Spread Milliseconds, IReadOnlyList<double> Bytes) Time(List<ClassMap> masks)
    {
        using var file = new MemoryStream();
        for (var i = 0; i < WarmUp; i++)
        {
            Write(masks[i % masks.Count]);
        }

        var (times, bytes) = (new List<double>(), new List<double>());
        foreach (var mask in masks)
        {
            times.Add(new Spread([.. Enumerable.Range(0, Repetitions).Select(_ => Write(mask))]).Median);
            bytes.Add(file.Length);
        }

        return (new Spread(times), bytes);

        double Write(ClassMap mask)
        {
            file.SetLength(0);
            var clock = Stopwatch.StartNew();
            IndexedPng.Write(mask, Palette.Voc, file);
            return clock.Elapsed.TotalMilliseconds;
        }
    }

    private static Figure Compare(List<ClassMap> masks, IReadOnlyList<double> files, string name)
    {
        try
        {
            var ratios = new Spread([.. files.Zip(masks, (bytes, mask) => bytes / OptimizedPng.Measure(mask))]);
            return new Figure(name, ratios.ToString("0.00"), "≤ 1.1");
        }
        catch (UnavailableException missing)
        {
            return new Figure(name, $"left out: {missing.Message}", "≤ 1.1");
        }
    }
}
