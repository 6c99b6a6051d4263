using FcnService.Export.Networks;

namespace FcnService.Export.Tests.Networks;

public sealed class NetworkTests
{
    private static readonly Layer Pool = new("pool1", new MaxPool(2, 2), [Network.Input]);

    public static TheoryData<string, Layer[]> Impossible => new()
    {
        { "reads from \"conv1\", which no earlier layer is called", [new("relu1", new Relu(), ["conv1"])] },
        { "reads from \"relu1\", which no earlier layer is called", [new("relu1", new Relu(), ["relu1"])] },
        { "reads from 1 layers; expected 2", [new("fuse", new Add(), [Network.Input])] },
        { "reads from 2 layers; expected 1", [new("relu1", new Relu(), [Network.Input, Network.Input])] },
        { "number of output channels is 0; expected at least 1", [new("conv1", new Convolution(0, 3), [Network.Input])] },
        { "kernel is 0; expected at least 1", [new("conv1", new Convolution(4, 0), [Network.Input])] },
        { "padding is -1; expected at least 0", [new("conv1", new Convolution(4, 3, -1), [Network.Input])] },
        { "kernel is 0; expected at least 1", [new("pool", new MaxPool(0, 2), [Network.Input])] },
        { "stride is 0; expected at least 1", [new("pool", new MaxPool(2, 0), [Network.Input])] },
        { "padding is 2; expected less than half of its kernel of 4", [Pool, new("up", new BilinearDeconvolution(4, 2, 2), ["pool1"])] },
        { "upsamples by 4 what has a stride of 2; expected a multiple of 4", [Pool, new("up", new BilinearDeconvolution(8, 4), ["pool1"])] },
        {
            "adds 3 and 4 channels; expected equal numbers",
            [new("conv1", new Convolution(4, 1), [Network.Input]), new("fuse", new Add(), [Network.Input, "conv1"])]
        },
        { "strides of 1 and 2; expected equal strides", [Pool, new("fuse", new Add(), [Network.Input, "pool1"])] },
        { "stride is 0; expected at least 1", [new("conv1", new Convolution(4, 3, Stride: 0), [Network.Input])] },
        { "number of groups is 0; expected at least 1", [new("conv1", new Convolution(4, 3, Groups: 0), [Network.Input])] },
        { "turns 3 channels into 4; expected multiples of its 2 groups", [new("conv1", new Convolution(4, 3, Groups: 2), [Network.Input])] },
        { "turns 3 channels into 4; expected multiples of its 3 groups", [new("conv1", new Convolution(4, 3, Groups: 3), [Network.Input])] },
        { "stride is 3; expected at most its kernel of 2", [new("pool", new MaxPool(2, 3), [Network.Input])] },
        { "reads from 1 layers; expected 2", [new("crop", new Crop(1), [Network.Input])] },
        { "offset is -1; expected at least 0", [new("crop", new Crop(-1), [Network.Input, Network.Input])] },
        {
            "crops a map with a stride of 2 to one with 1; expected equal strides",
            [Pool, new("crop", new Crop(1), ["pool1", Network.Input])]
        },
        { "factor is NaN; expected a finite number", [new("scale", new Scale(float.NaN), [Network.Input])] },
        { "size is 4; expected an odd number", [new("norm", new LocalResponseNormalization(4, 1, 1), [Network.Input])] },
        { "size is -1; expected an odd number", [new("norm", new LocalResponseNormalization(-1, 1, 1), [Network.Input])] },
        { "alpha is -1; expected a number, at least 0", [new("norm", new LocalResponseNormalization(5, -1, 1), [Network.Input])] },
        { "beta is NaN; expected a number, at least 0", [new("norm", new LocalResponseNormalization(5, 1, float.NaN), [Network.Input])] },
        { "ratio is 1; expected at least 0 and less than 1", [new("drop", new Dropout(1), [Network.Input])] },
        { "padding is -1; expected at least 0", [new("pad", new ZeroPad(-1), [Network.Input])] },
        { "reads from 1 layers; expected 2", [new("whole", new AddEmptyFrame(7, 6, 198, 1), [Network.Input])] },
        { "start is -1; expected at least 0", [new("whole", new AddEmptyFrame(-1, 6, 198, 1), [Network.Input, Network.Input])] },
        { "band is -1; expected at least 0", [new("whole", new AddEmptyFrame(7, -1, 198, 1), [Network.Input, Network.Input])] },
        { "margin is -1; expected at least 0", [new("whole", new AddEmptyFrame(7, 6, -1, 1), [Network.Input, Network.Input])] },
        {
            "reads maps with strides of 2 and 1; expected 8 and 1",
            [Pool, new("whole", new AddEmptyFrame(7, 6, 198, 8), ["pool1", Network.Input])]
        },
        { "its name is taken", [Pool, Pool] },
        { "its name is taken", [new(Network.Input, new Relu(), [Network.Input])] },
        { "no layer reads from it", [Pool, new("relu1", new Relu(), [Network.Input])] },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Constructor_ImpossibleLayers_NamesLayerAndReason(string reason, Layer[] layers)
    {
        var fault = Assert.Throws<ExportException>(() => new Network("test", layers));

        var culprit = reason.StartsWith("no layer", StringComparison.Ordinal) ? layers[0] : layers[^1];
        Assert.StartsWith($"Layer \"{culprit.Name}\" of the network test: ", fault.Message);
        Assert.Contains(reason, fault.Message);
    }

    [Fact]
    public void Constructor_NoLayers_Throws() =>
        Assert.Contains("no layers; expected at least one", Assert.Throws<ExportException>(() => new Network("test", [])).Message);

    [Fact]
    public void Parameters_AreNamedAndShapedAfterTheLayers()
    {
        var network = new Network("test",
        [
            new("conv1_1", new Convolution(16, Kernel: 3, Padding: 1), [Network.Input]),
            new("relu1_1", new Relu(), ["conv1_1"]),
            new("score", new Convolution(2, Kernel: 1, Filler: Filler.Zero), ["relu1_1"]),
        ]);

        Assert.Equal(
            [
                new Parameter("conv1_1.weight", new Shape(16, 3, 3, 3), Filler.HeNormal),
                new Parameter("conv1_1.bias", new Shape(16), Filler.Zero),
                new Parameter("score.weight", new Shape(2, 16, 1, 1), Filler.Zero),
                new Parameter("score.bias", new Shape(2), Filler.Zero),
            ],
            network.Parameters);
        Assert.Equal((16 * 27) + 16 + (2 * 16) + 2, network.ParameterCount);
    }

    [Fact]
    public void FeatureMapOf_FollowsChannelsAndStrides()
    {
        var network = new Network("test",
        [
            Pool,
            new("conv", new Convolution(8, 1), ["pool1"]),
            new("up", new BilinearDeconvolution(4, 2, 1), ["conv"]),
        ]);

        Assert.Equal(new FeatureMap(3, 2), network.FeatureMapOf("pool1"));
        Assert.Equal(new FeatureMap(8, 2), network.FeatureMapOf("conv"));
        Assert.Equal(new FeatureMap(8, 1), network.Output);
        Assert.Equal(2, network.CoarsestStride);
    }

    [Fact]
    public void Parameters_OfGroups_ReadTheInputsOfTheirGroupOnly()
    {
        var network = new Network("test",
        [
            new("conv1", new Convolution(8, Kernel: 11, Padding: 100, Stride: 4), [Network.Input]),
            new("conv2", new Convolution(6, Kernel: 5, Padding: 2, Groups: 2), ["conv1"]),
        ]);

        Assert.Equal(new Shape(6, 4, 5, 5), network.Parameters.Single(parameter => parameter.Name == "conv2.weight").Shape);
        Assert.Equal(new FeatureMap(6, 4), network.Output);
    }

    [Fact]
    public void FixedParameters_AreTheDenseKernelsOfDeconvolutions()
    {
        var network = new Network("test",
        [
            Pool,
            new("conv", new Convolution(8, 1), ["pool1"]),
            new("up", new BilinearDeconvolution(4, 2, 1), ["conv"]),
        ]);

        Assert.Equal([new Parameter("up.weight", new Shape(8, 8, 4, 4), Filler.Bilinear)], network.FixedParameters);
        Assert.Equal(8 * 8 * 16, network.FixedParameterCount);
        Assert.DoesNotContain(network.Parameters, parameter => parameter.Name == "up.weight");
    }

    [Fact]
    public void DerivedParameters_AreThoseOfAStoredFrame()
    {
        var network = new Network("test",
        [
            Pool,
            new("pool1_change", new Bias(), ["pool1"]),
            new("conv2_1", new Convolution(8, 3, Padding: 2, ReadsChange: true), ["pool1_change"]),
            new("conv2_1_whole", new AddEmptyFrame(Start: 4, Band: 3, Margin: 20, Stride: 2), ["conv2_1", Network.Input]),
        ]);

        Assert.Equal(
            [
                new Parameter("pool1_change.bias", new Shape(3), Filler.Zero),
                new Parameter("conv2_1.frame", new Shape(8), Filler.Zero),
                new Parameter("conv2_1_whole.frame", new Shape(8, 10, 10), Filler.Zero),
            ],
            network.DerivedParameters);
        Assert.Equal(3 + 8 + 800, network.DerivedParameterCount);
        Assert.Equal((8 * 27) + 8, network.ParameterCount);
    }

    [Fact]
    public void SizeMultiple_CroppedToTheImage_Is1()
    {
        Layer[] layers = [Pool, new("up", new BilinearDeconvolution(4, 2), ["pool1"])];
        var crop = new Layer("score", new Crop(1), ["up", Network.Input]);

        Assert.Equal(2, new Network("test", layers).SizeMultiple);
        Assert.Equal(1, new Network("test", [.. layers, crop]).SizeMultiple);
    }
}
