using FcnService.Inference.Imaging;
using FcnService.Inference.Models;
using FcnService.Inference.Providers;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Inference.Tests.Providers;

public sealed class CudaProviderTests
{
    private const double LeastAgreement = 0.999;

    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    public static TheoryData<string> Models => ["models/fcn8s-camvid.onnx", "models/fp32/fcn8s-camvid.onnx"];

    [Fact]
    public void Load_SessionThatRunsOnTheProcessorAllTheSame_IsRefused()
    {
        var provider = new CudaProvider("a GPU", _ => { }, ImageBuffers.FloatMemory, OrtMemoryInfo.DefaultInstance);

        var fault = Assert.Throws<InvalidModelException>(
            () => ModelSession.Load(File("models/fcn8s-camvid.onnx"), new SessionSettings { Provider = provider }));

        Assert.Contains("'fcn8s-camvid' would run on the processor", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Configure_ModelInEightBits_GivesItsLabelsInFloats()
    {
        var cuda = new CudaProvider("a GPU", _ => { }, ImageBuffers.FloatMemory, OrtMemoryInfo.DefaultInstance);
        var settings = new StandIn("the processor, with what CUDA is told") { Settings = cuda.Configure };

        AssertAgrees("models/fcn8s-camvid.onnx", [Draw(500, 375), Draw(375, 500)], settings);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Segment_DrawnPhoto_GivesTheProcessorsLabels(string model) => AssertAgrees(model, [Draw(500, 375)], RequireCuda());

    [Theory]
    [MemberData(nameof(Models))]
    public void Segment_PhotosOfCamVid_GivesTheProcessorsLabels(string model)
    {
        var photos = Directory.EnumerateFiles(SharedData.Require("camvid", "val")).Order(StringComparer.Ordinal).Take(10);

        AssertAgrees(model, photos.Select(System.IO.File.ReadAllBytes), RequireCuda());
    }

    private static void AssertAgrees(string model, IEnumerable<byte[]> photos, ExecutionProvider provider)
    {
        using var expected = new Segmenter(ModelSession.Load(File(model), new SessionSettings()), Decoder);
        using var actual = new Segmenter(ModelSession.Load(File(model), new SessionSettings { Provider = provider }), Decoder);
        var shares = photos.Select(photo => ShareOfEqualLabels(expected, actual, photo)).ToList();

        Assert.NotEmpty(shares);
        Assert.True(
            shares.Average() >= LeastAgreement,
            $"{provider.Device} gives {shares.Average():P3} of the processor's labels; expected at least {LeastAgreement:P1}.");
    }

    private static double ShareOfEqualLabels(Segmenter expected, Segmenter actual, byte[] photo)
    {
        using var one = expected.Segment(photo);
        using var other = actual.Segment(photo);
        var (labels, others) = (one.Labels.Labels.ToArray(), other.Labels.Labels.ToArray());
        return labels.Zip(others).Average(pair => pair.First == pair.Second ? 1.0 : 0.0);
    }

    private static ExecutionProvider RequireCuda()
    {
        try
        {
            return ProviderSelection.Select(ProviderChoice.Cuda, new CudaSettings()).Provider;
        }
        catch (ProviderUnavailableException missing)
        {
            Assert.Skip($"There is no CUDA: {missing.Message}.");
            throw;
        }
    }

    // Bright above, dark below, with stripes: several labels.
    private static byte[] Draw(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        for (var i = 0; i < width * height; i++)
        {
            var (x, y) = (i % width, i / width);
            var stripe = x / 40 % 3 == 0 && y > height / 3 ? 90 : 0;
            (pixels[i * 3], pixels[(i * 3) + 1], pixels[(i * 3) + 2]) =
                ((byte)((230 - (y * 170 / height)) - stripe), (byte)(220 - (y * 150 / height)), (byte)(240 - (y * 190 / height)));
        }

        return PngFile.WriteRgb(width, height, pixels);
    }

    private static string File(string path) => Path.Combine(SharedData.Repository, path);
}
