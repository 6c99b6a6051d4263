using System.Diagnostics;
using System.Text;
using System.Text.Json;
using FcnService.Inference.Answers;
using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;
using FcnService.Inference.Tests.Reference;

namespace FcnService.Inference.Tests.Answers;

public sealed class AnswerTests : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private static readonly string ModelFile = Path.Combine(SharedData.Repository, "models", "fcn8s-camvid.onnx");

    private readonly Segmenter segmenter = new(ModelSession.Load(ModelFile, new SessionSettings()), new ImageDecoder(new ImageLimits()));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string?> Photos => new()
    {
        { "drawn", null },
        { "drawn", "building,car,tree" },
        { "0016E5_07959.png", null },
        { "0016E5_07991.png", "car,pedestrian,road" },
    };

    public void Dispose() => segmenter.Dispose();

    [Theory]
    [MemberData(nameof(Photos))]
    public async Task Encode_Json_AgreesWithTheMaskPixelForPixel(string name, string? classes)
    {
        var photo = PhotoOf(name);
        var mask = PngFile.ReadIndexed(await EncodeAsync(photo, ("classes", classes)));
        var runs = await ReportAsync(photo, ("classes", classes), ("regions", "rle"));
        var polygons = await ReportAsync(photo, ("classes", classes), ("regions", "polygons"));

        Assert.Equal((mask.Width, mask.Height), (runs.GetProperty("width").GetInt32(), runs.GetProperty("height").GetInt32()));
        var occurring = mask.Indices.Distinct().Where(label => label < segmenter.Contract.Classes.Count).Select(label => (int)label).Order();
        Assert.Equal(occurring, Classes(runs).Select(entry => entry.GetProperty("index").GetInt32()));
        Assert.Equal(occurring, Classes(polygons).Select(entry => entry.GetProperty("index").GetInt32()));
        foreach (var (byRuns, byPolygons) in Classes(runs).Zip(Classes(polygons)))
        {
            var expected = mask.Indices.Select(label => label == byRuns.GetProperty("index").GetInt32()).ToArray();
            AssertEntry(byRuns, expected, mask.Width, mask.Height);
            Assert.Equal([mask.Height, mask.Width], Numbers(byRuns.GetProperty("rle").GetProperty("size")));
            var counts = Encoding.ASCII.GetBytes(byRuns.GetProperty("rle").GetProperty("counts").GetString()!);
            var rings = byPolygons.GetProperty("polygons").EnumerateArray().Select(Numbers);
            Assert.Equal(expected, CocoMask.Decode(counts, mask.Width, mask.Height));
            Assert.Equal(expected, Rings.Fill(rings, mask.Width, mask.Height));
        }
    }

    [Theory]
    [MemberData(nameof(Photos))]
    public async Task Encode_Color_HasTheColoursOfTheMask(string name, string? classes)
    {
        var photo = PhotoOf(name);
        var mask = PngFile.ReadIndexed(await EncodeAsync(photo, ("classes", classes)));

        var color = PngFile.ReadRgb(await EncodeAsync(photo, ("output", "color"), ("classes", classes)));

        Assert.Equal(mask.Indices.SelectMany(label => mask.Palette[(label * 3)..((label * 3) + 3)]), color.Pixels);
    }

    [Fact]
    public async Task Encode_Classes_KeepsThoseAndTurnsTheRestToVoid()
    {
        var photo = PhotoOf("drawn");
        var all = PngFile.ReadIndexed(await EncodeAsync(photo)).Indices;
        var kept = segmenter.Contract.Classes[all[0]];

        var some = PngFile.ReadIndexed(await EncodeAsync(photo, ("classes", kept.ToUpperInvariant()))).Indices;

        Assert.Equal(all.Select(label => label == all[0] ? label : segmenter.Contract.Void), some);
        Assert.Contains(segmenter.Contract.Void, some);
    }

    [Fact]
    public async Task Encode_Confidence_IsTheAverageThatJsonTells()
    {
        var photo = PhotoOf("drawn");
        var mask = PngFile.ReadIndexed(await EncodeAsync(photo)).Indices;
        var confidence = PngFile.ReadGrey(await EncodeAsync(photo, ("output", "confidence"))).Pixels;

        foreach (var entry in Classes(await ReportAsync(photo)))
        {
            var label = entry.GetProperty("index").GetInt32();
            var average = mask.Zip(confidence).Where(pixel => pixel.First == label).Average(pixel => pixel.Second / 255.0);
            Assert.Equal(average, entry.GetProperty("confidence").GetDouble(), 0.0001);
        }
    }

    [Fact]
    public async Task Encode_Npy_AreTheLabelsOfTheMask()
    {
        var photo = PhotoOf("drawn");
        var mask = PngFile.ReadIndexed(await EncodeAsync(photo));

        var labels = await EncodeAsync(photo, ("output", "npy"));

        Assert.Equal([.. NumpyFormat.Header("|u1", mask.Height, mask.Width), .. mask.Indices], labels);
    }

    [Fact]
    public async Task Encode_Probabilities_HaveTheirLargestWhereTheMaskSays()
    {
        var photo = PhotoOf("drawn");
        var mask = PngFile.ReadIndexed(await EncodeAsync(photo));
        var classes = segmenter.Contract.Classes.Count;

        var array = await EncodeAsync(photo, ("output", "npy"), ("npy", "probabilities"));
        var some = await EncodeAsync(photo, ("output", "npy"), ("npy", "probabilities"), ("classes", "tree,road"));

        var header = NumpyFormat.Header("<f4", classes, mask.Height, mask.Width).Length;
        var values = new float[classes * mask.Indices.Length];
        Buffer.BlockCopy(array, header, values, 0, values.Length * sizeof(float));
        for (var i = 0; i < mask.Indices.Length; i++)
        {
            var pixel = Enumerable.Range(0, classes).Select(label => values[(label * mask.Indices.Length) + i]).ToArray();
            Assert.Equal(1, pixel.Sum(), 1e-4f);
            Assert.True(pixel[mask.Indices[i]] >= pixel.Max() - 1e-5f, $"pixel {i}");
        }

        // Road and tree, in the model's order.
        var plane = mask.Indices.Length * sizeof(float);
        Assert.Equal(
            [
                .. NumpyFormat.Header("<f4", 2, mask.Height, mask.Width),
                .. array.AsSpan(header + (3 * plane), plane),
                .. array.AsSpan(header + (5 * plane), plane),
            ],
            some);
    }

    [Fact]
    public async Task Encode_Npy_IsReadByNumpy()
    {
        Assert.SkipUnless(File.Exists(Python) && RunPython("import numpy").ExitCode == 0, $"needs the numpy module of {Python}");
        using var folder = new TemporaryFolder();
        var photo = PhotoOf("drawn");
        await File.WriteAllBytesAsync(folder["labels.npy"], await EncodeAsync(photo, ("output", "npy")), Cancellation);
        var array = await EncodeAsync(photo, ("output", "npy"), ("npy", "probabilities"));
        await File.WriteAllBytesAsync(folder["probabilities.npy"], array, Cancellation);
        var mask = PngFile.ReadIndexed(await EncodeAsync(photo));

        var (exitCode, output) = RunPython($"""
            import numpy
            labels, probabilities = (numpy.load('{folder.Path}/' + name) for name in ('labels.npy', 'probabilities.npy'))
            largest = numpy.take_along_axis(probabilities, labels[None].astype(int), 0)[0]
            print(labels.dtype, labels.shape, int(labels.sum(dtype=int)), probabilities.dtype, probabilities.shape,
                bool((abs(largest - probabilities.max(0)) < 1e-5).all()), bool((abs(probabilities.sum(0) - 1) < 1e-4).all()))
            """);

        Assert.Equal(0, exitCode);
        Assert.Equal(
            $"uint8 ({mask.Height}, {mask.Width}) {mask.Indices.Sum(label => label)} "
            + $"float32 ({segmenter.Contract.Classes.Count}, {mask.Height}, {mask.Width}) True True",
            output.Trim());
    }

    [Fact]
    public async Task Length_OfEveryAnswer_IsWhatIsWritten()
    {
        foreach (var kind in Enum.GetValues<AnswerKind>())
        {
            foreach (var array in Enum.GetValues<ArrayContent>())
            {
                using var encoded = Encode(PhotoOf("drawn"), new Answer(new AnswerOptions { Kind = kind, Array = array }, segmenter));
                using var file = new MemoryStream();
                await encoded.CopyToAsync(file, Cancellation);
                Assert.Equal(file.Length, encoded.Length);
            }
        }
    }

    [Theory]
    [InlineData("confidence", "labels", "output")]
    [InlineData("npy", "probabilities", "npy")]
    public void Create_ModelOfLabels_HasNoProbabilities(string output, string npy, string parameter)
    {
        var options = AnswerOptions.Parse(name => name switch { "output" => output, "npy" => npy, _ => null });

        var refused = Assert.Throws<InvalidParameterException>(() => new Answer(options, "tiny", Contracts.Of("cat", "dog").WithLabels()));

        Assert.Equal(parameter, refused.Parameter);
        Assert.Equal(
            $"The parameter '{parameter}' asks for probabilities, which the model 'tiny' does not give: its output is labels alone.",
            refused.Message);
    }

    [Fact]
    public void Detail_ModelOfLabels_IsNoConfidence()
    {
        var json = new AnswerOptions { Kind = AnswerKind.Json };

        Assert.Equal(SegmentationDetail.Labels, new Answer(json, "tiny", Contracts.Of("cat").WithLabels()).Detail);
        Assert.Equal(SegmentationDetail.Confidence, new Answer(json, "tiny", Contracts.Of("cat")).Detail);
    }

    [Fact]
    public void Key_OptionsThatMakeADifference_TellAnswersApart()
    {
        string[] queries =
        [
            "output=mask", "output=color", "output=overlay", "output=overlay&alpha=0.4", "output=overlay&outlines=true", "output=confidence",
            "output=json",
            "output=json&regions=rle", "output=json&regions=polygons", "output=npy", "output=npy&npy=probabilities", "classes=cat", "classes=dog",
        ];
        var keys = queries.Select(KeyOf).ToList();

        Assert.Equal(keys.Count, keys.Distinct().Count());
        Assert.Equal(KeyOf("output=mask"), KeyOf("output=MASK&alpha=0.1&outlines=true&regions=rle&npy=probabilities"));
        Assert.Equal(KeyOf("classes=dog,cat"), KeyOf("classes=Cat,dog,cat"));
        Assert.Equal(KeyOf("output=overlay"), KeyOf("output=overlay&alpha=0.50"));
    }

    [Fact]
    public void CountProbabilities_OtherAnswers_HoldNone()
    {
        var size = new ImageSize(40_000, 30_000);

        Assert.Equal(0, new Answer(new AnswerOptions(), segmenter).CountProbabilities(size));
        Assert.Equal(0, new Answer(new AnswerOptions { Array = ArrayContent.Probabilities }, segmenter).CountProbabilities(size));
        var probabilities = new AnswerOptions { Kind = AnswerKind.Npy, Array = ArrayContent.Probabilities };
        Assert.Equal(13_200_000_000, new Answer(probabilities, segmenter).CountProbabilities(size));
        Assert.Equal(2_400_000_000, new Answer(probabilities with { Classes = ["car", "road"] }, segmenter).CountProbabilities(size));
    }

    private static string KeyOf(string query)
    {
        var given = query.Split('&').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        return new Answer(AnswerOptions.Parse(given.GetValueOrDefault), "tiny", Contracts.Of("cat", "dog")).Key;
    }

    private static void AssertEntry(JsonElement entry, bool[] expected, int width, int height)
    {
        var pixels = Enumerable.Range(0, expected.Length).Where(i => expected[i]).ToList();
        var (left, top) = (pixels.Min(i => i % width), pixels.Min(i => i / width));
        Assert.Equal(pixels.Count, entry.GetProperty("pixels").GetInt32());
        Assert.Equal((double)pixels.Count / (width * height), entry.GetProperty("share").GetDouble(), 1e-6);
        Assert.Equal([left, top, pixels.Max(i => i % width) - left + 1, pixels.Max(i => i / width) - top + 1], Numbers(entry.GetProperty("bbox")));
    }

    private static JsonElement.ArrayEnumerator Classes(JsonElement report) => report.GetProperty("classes").EnumerateArray();

    private static int[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetInt32())];

    private static byte[] PhotoOf(string name) => name == "drawn" ? Drawn() : File.ReadAllBytes(SharedData.Require("camvid", "val", name));

    // Sky over a street with something on it, in colours that the model tells apart.
    private static byte[] Drawn()
    {
        const int Width = 160, Height = 120;
        var (pixels, random) = (new byte[Width * Height * 3], new Random(2));
        for (var i = 0; i < Width * Height; i++)
        {
            var (y, x) = Math.DivRem(i, Width);
            (int Red, int Green, int Blue) colour = (y, x) switch
            {
                ( > 60 and < 100, > 40 and < 90) => (120, 20, 30),
                ( > 30 and <= 60, < 60) => (130, 100, 80),
                ( > 30 and <= 60, > 100) => (50, 80, 40),
                ( <= 60, _) => (200, 215, 235),
                _ => (95, 95, 100),
            };
            var noise = random.Next(-9, 10);
            byte[] pixel = [(byte)(colour.Red + noise), (byte)(colour.Green + noise), (byte)(colour.Blue + noise)];
            pixel.CopyTo(pixels, i * 3);
        }

        return PngFile.WriteRgb(Width, Height, pixels);
    }

    private static (int ExitCode, string Output) RunPython(string script)
    {
        var start = new ProcessStartInfo(Python, ["-c", script]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private async Task<JsonElement> ReportAsync(byte[] photo, params (string Name, string? Value)[] parameters) =>
        JsonDocument.Parse(await EncodeAsync(photo, [("output", "json"), .. parameters])).RootElement;

    private async Task<byte[]> EncodeAsync(byte[] photo, params (string Name, string? Value)[] parameters)
    {
        var given = parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
        using var encoded = Encode(photo, new Answer(AnswerOptions.Parse(given.GetValueOrDefault), segmenter));
        using var file = new MemoryStream();
        await encoded.CopyToAsync(file, Cancellation);
        return file.ToArray();
    }

    private EncodedAnswer Encode(byte[] photo, Answer answer)
    {
        using var opened = segmenter.Open(photo);
        using var segmentation = segmenter.Segment(opened, answer.Detail);
        return answer.Encode(segmentation, opened);
    }
}
