using FcnService.Export.Networks;
using FcnService.Export.Onnx;
using FcnService.Export.Tests.Reference;
using FcnService.Export.Weights;
using FcnService.Inference;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;

namespace FcnService.Export.Tests.Onnx;

public sealed class CoarseScoresTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, int, int> NetworksAndSizes
    {
        get
        {
            var data = new TheoryData<string, int, int>();
            foreach (var name in OnnxModels.TinyNetworks.Keys.Where(name => !name.Contains("alexnet", StringComparison.Ordinal)))
            {
                data.Add(name, 1, 1);
                data.Add(name, 64, 33);
                data.Add(name, 101, 150);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(NetworksAndSizes))]
    public void Of_AnyNetwork_GivesTheLabelsOfTheWholeGraph(string name, int width, int height)
    {
        var weights = OnnxModels.WithoutZeros(OnnxModels.TinyNetworks[name], seed: 3);
        var photo = Noise(width, height);
        var coarse = CoarseScores.Of(weights);
        var expected = Segment(weights, upsampling: null, photo);
        var actual = Segment(coarse.Weights, coarse.Upsampling, photo);

        // Where two classes come level to the last digit, the order of the additions decides.
        var different = expected.Zip(actual).Count(labels => labels.First != labels.Second);
        Assert.InRange(different, 0, expected.Length / 1000);
    }

    [Theory]
    [MemberData(nameof(NetworksAndSizes))]
    public void Of_AnyNetwork_GivesScoresWhoseLinearResizeAreThoseOfTheWholeGraph(string name, int width, int height)
    {
        var weights = OnnxModels.WithoutZeros(OnnxModels.TinyNetworks[name], seed: 3);
        var multiple = weights.Network.SizeMultiple;
        var image = FloatImage.Random(3, RoundUp(height, multiple), RoundUp(width, multiple), seed: 5, scale: 128);
        var coarse = CoarseScores.Of(weights);
        var whole = Run(weights, image);
        var scores = Run(coarse.Weights, image);

        // Where a deconvolution would read from beyond its input, it gives less.
        var border = Math.Max(0, (coarse.Upsampling.Factor / 2) - coarse.Upsampling.Offset);
        var largest = whole.Values.Max(Math.Abs);
        for (var label = 0; label < whole.Channels; label++)
        {
            for (var y = border; y < whole.Height - border; y++)
            {
                for (var x = border; x < whole.Width - border; x++)
                {
                    Assert.Equal(whole[label, y, x], Resize(scores, coarse.Upsampling, label, y, x), 1e-5 * largest);
                }
            }
        }
    }

    [Theory]
    [InlineData(PaddingVariant.Same, 0)]
    [InlineData(PaddingVariant.Original, 27)]
    public void Of_Fcn8s_StopsAtStrideEight(PaddingVariant padding, int offset)
    {
        var coarse = CoarseScores.Of(Initialization.Create(Fcn.Fcn8s(5, 1.0 / 32, 16, padding), seed: 1));

        Assert.Equal(new Upsampling(8, offset), coarse.Upsampling);
        Assert.Equal("fuse_pool3", coarse.Weights.Network.Layers[^1].Name);
        Assert.Equal(padding == PaddingVariant.Same ? 32 : 1, coarse.Weights.Network.SizeMultiple);
    }

    [Fact]
    public void Of_KernelThatIsNoLinearResize_IsRefused()
    {
        var fault = Assert.Throws<ExportException>(() => CoarseScores.Of(Initialization.Create(Fcn.FcnAlexNet(5, 1.0 / 16, 16), seed: 1)));
        Assert.Contains("\"upscore\" has a kernel of 63", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_LearnedKernel_IsRefused()
    {
        var fresh = Initialization.Create(OnnxModels.Tiny, seed: 1);
        var learned = fresh.Tensors.Select(tensor => tensor.Name != "upscore8.weight"
            ? tensor
            : Tensor.Create(tensor.Name, tensor.Shape, values =>
            {
                tensor.Values.CopyTo(values);
                values[100] += 0.01f;
            }));

        var fault = Assert.Throws<ExportException>(() => CoarseScores.Of(NetworkWeights.Match(OnnxModels.Tiny, learned, "the test")));

        Assert.Contains("\"upscore8\" has a learned kernel", fault.Message, StringComparison.Ordinal);
    }

    private byte[] Segment(NetworkWeights weights, Upsampling? upsampling, byte[] photo)
    {
        var path = folder["model.onnx"];
        var description = OnnxModels.Describe(weights.Network, upsampling);
        OnnxWriter.Write(path, weights, description);
        using var segmenter = new Segmenter(ModelSession.Load(path, new SessionSettings()), new ImageDecoder(new ImageLimits()));
        using var segmentation = segmenter.Segment(photo);
        return segmentation.Labels.Labels.ToArray();
    }

    private FloatImage Run(NetworkWeights weights, FloatImage image)
    {
        OnnxWriter.Write(folder["run.onnx"], weights, OnnxModels.Describe(weights.Network));
        return OnnxModels.Run(folder["run.onnx"], image);
    }

    // Linear, with half-pixel centres, and cropped at the offset.
    private static double Resize(FloatImage scores, Upsampling upsampling, int label, int y, int x)
    {
        var row = Math.Clamp(((y + upsampling.Offset + 0.5) / upsampling.Factor) - 0.5, 0, scores.Height - 1);
        var column = Math.Clamp(((x + upsampling.Offset + 0.5) / upsampling.Factor) - 0.5, 0, scores.Width - 1);
        var (top, left) = ((int)row, (int)column);
        var (bottom, right) = (Math.Min(top + 1, scores.Height - 1), Math.Min(left + 1, scores.Width - 1));
        return double.Lerp(
            double.Lerp(scores[label, top, left], scores[label, top, right], column - left),
            double.Lerp(scores[label, bottom, left], scores[label, bottom, right], column - left),
            row - top);
    }

    private static int RoundUp(int side, int multiple) => (side + multiple - 1) / multiple * multiple;

    private static byte[] Noise(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        new Random(1).NextBytes(pixels);
        return PngFile.WriteRgb(width, height, pixels);
    }
}
