using FcnService.Export.Networks;
using FcnService.Export.Onnx;
using FcnService.Export.Tests.Reference;
using FcnService.Export.Weights;

namespace FcnService.Export.Tests.Onnx;

public sealed class OnnxGraphTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Build_Fcn8s_ComputesWhatThePlainNetworkComputes()
    {
        var weights = OnnxModels.WithoutZeros(OnnxModels.Tiny, seed: 3);
        var image = FloatImage.Random(channels: 3, height: 64, width: 96, seed: 4, scale: 128);

        AssertSameAsPlain(weights, image, expectedShape: (5, 64, 96));
    }

    [Fact]
    public void Build_PoolOfOddSize_RoundsUp()
    {
        var network = new Network("pool", [new Layer("pool1", new MaxPool(2, 2), [Network.Input])]);

        var weights = NetworkWeights.Match(network, [], "the test");

        AssertSameAsPlain(weights, FloatImage.Random(3, 5, 7, seed: 5, scale: 1), expectedShape: (3, 3, 4));
    }

    [Fact]
    public void Build_OverlappingPool_UsesKernelAndStride()
    {
        var network = new Network("pool", [new Layer("pool1", new MaxPool(3, 2), [Network.Input])]);

        var weights = NetworkWeights.Match(network, [], "the test");

        AssertSameAsPlain(weights, FloatImage.Random(3, 8, 9, seed: 6, scale: 1), expectedShape: (3, 4, 4));
    }

    [Fact]
    public void Build_DropoutInTheMiddleAndAtTheEnd_LeavesNoTrace()
    {
        var network = new Network("drop",
        [
            new Layer("drop1", new Dropout(0.5), [Network.Input]),
            new Layer("relu1", new Relu(), ["drop1"]),
            new Layer("drop2", new Dropout(0.5), ["relu1"]),
        ]);
        var weights = NetworkWeights.Match(network, [], "the test");

        var node = Assert.Single(OnnxGraph.Build(weights).Node);

        Assert.Equal(["image"], node.Input);
        Assert.Equal(["logits"], node.Output);
        AssertSameAsPlain(weights, FloatImage.Random(3, 4, 4, seed: 7, scale: 1), expectedShape: (3, 4, 4));
    }

    [Fact]
    public void Build_Weights_AreSharedAndNotCopied()
    {
        var weights = Initialization.Create(OnnxModels.Tiny, seed: 1);

        var initializer = OnnxGraph.Build(weights).Initializer.Single(tensor => tensor.Name == "fc6.weight");

        Assert.True(initializer.RawData.Span == weights["fc6.weight"].Data.Span);
    }

    private void AssertSameAsPlain(NetworkWeights weights, FloatImage image, (int Channels, int Height, int Width) expectedShape)
    {
        OnnxWriter.Write(folder["model.onnx"], weights, OnnxModels.Describe(weights.Network));

        var actual = OnnxModels.Run(folder["model.onnx"], image);
        var expected = PlainNetwork.Run(weights, image);

        Assert.Equal(expectedShape, (actual.Channels, actual.Height, actual.Width));
        Assert.Equal(expectedShape, (expected.Channels, expected.Height, expected.Width));
        var largest = expected.Values.Max(Math.Abs);
        Assert.True(largest > 0);
        var difference = actual.Values.Zip(expected.Values, (a, e) => Math.Abs(a - e)).Max() / largest;
        Assert.True(difference < 1e-4, FormattableString.Invariant($"the largest difference is {difference:G3} of the largest value"));
    }
}
