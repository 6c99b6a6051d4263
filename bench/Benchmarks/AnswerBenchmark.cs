using BenchmarkDotNet.Attributes;
using FcnService.Bench;
using FcnService.Inference;
using FcnService.Inference.Answers;
using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;

namespace FcnService.Benchmarks;

/// <summary>From a JPEG of 12 megapixels to each answer, by the default model: the whole way, network included.</summary>
public class AnswerBenchmark
{
    private byte[] file = [];
    private Segmenter? segmenter;

    /// <summary>Whether the photo has a sensor's grain, and its file a phone's size; a smooth one is decoded much faster.</summary>
    [Params(false, true)]
    public bool Grain { get; set; }

    [GlobalSetup]
    public void Load()
    {
        var size = new ImageSize(4000, 3000);
        file = Grain ? JpegPhoto.DrawWithGrain(size, seed: 1) : JpegPhoto.Draw(size, seed: 1);
        Console.WriteLine(FormattableString.Invariant($"// The photo has {file.Length / 1e6:0.0} MB."));
        segmenter = new Segmenter(ModelSession.Load(FindModel(), new SessionSettings()), new ImageDecoder(new ImageLimits()));
    }

    [Benchmark(Baseline = true)]
    public Task<long> Mask() => AnswerAsync(new AnswerOptions());

    [Benchmark]
    public Task<long> Color() => AnswerAsync(new AnswerOptions { Kind = AnswerKind.Color });

    [Benchmark]
    public Task<long> Overlay() => AnswerAsync(new AnswerOptions { Kind = AnswerKind.Overlay });

    [Benchmark]
    public Task<long> OverlayWithOutlines() => AnswerAsync(new AnswerOptions { Kind = AnswerKind.Overlay, Outlines = true });

    [Benchmark]
    public Task<long> OverlayAsPng() => AnswerAsync(new AnswerOptions { Kind = AnswerKind.Overlay, OverlayFormat = OverlayFormat.Png });

    [Benchmark]
    public Task<long> Confidence() => AnswerAsync(new AnswerOptions { Kind = AnswerKind.Confidence });

    [Benchmark]
    public Task<long> Json() => AnswerAsync(new AnswerOptions { Kind = AnswerKind.Json });

    [Benchmark]
    public Task<long> JsonWithRunLengths() => AnswerAsync(new AnswerOptions { Kind = AnswerKind.Json, Regions = RegionForm.Rle });

    [Benchmark]
    public Task<long> JsonWithPolygons() => AnswerAsync(new AnswerOptions { Kind = AnswerKind.Json, Regions = RegionForm.Polygons });

    [Benchmark]
    public Task<long> Npy() => AnswerAsync(new AnswerOptions { Kind = AnswerKind.Npy });

    [Benchmark]
    public Task<long> NpyOfProbabilities() => AnswerAsync(new AnswerOptions { Kind = AnswerKind.Npy, Array = ArrayContent.Probabilities });

    [GlobalCleanup]
    public void Dispose() => segmenter!.Dispose();

    private async Task<long> AnswerAsync(AnswerOptions options)
    {
        var answer = new Answer(options, segmenter!);
        using var photo = segmenter!.Open(file);
        answer.Anticipate(photo);
        using var segmentation = segmenter.Segment(photo, answer.Detail);
        using var encoded = answer.Encode(segmentation, photo);
        await encoded.CopyToAsync(Stream.Null, CancellationToken.None);
        return encoded.Length;
    }

    private static string FindModel()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var model = Path.Combine(folder.FullName, "models", "fcn8s-camvid.onnx");
            if (File.Exists(model))
            {
                return model;
            }
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds models/fcn8s-camvid.onnx.");
    }
}
