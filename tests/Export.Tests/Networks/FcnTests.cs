using FcnService.Export.Networks;

namespace FcnService.Export.Tests.Networks;

public sealed class FcnTests
{
    [Fact]
    public void Fcn8s_VggWidth_HasTheAuthorsParameters()
    {
        // 134,362,751 is what the authors' VOC net learns: theirs has the same parameters, for only its padding differs.
        Assert.Equal(134_362_751, Fcn.Fcn8s(classes: 21).ParameterCount);
    }

    [Fact]
    public void EachNetwork_AuthorsWidth_HasThePublishedParameters()
    {
        Assert.Equal((134_362_751, 134_489_759), Count(Fcn.Fcn8s(21, padding: PaddingVariant.Original)));
        Assert.Equal((134_362_751, 134_489_759), Count(Fcn.Fcn8sAtOnce(21, padding: PaddingVariant.Original)));
        Assert.Equal(136_152_917, Count(Fcn.Fcn32s(21, padding: PaddingVariant.Original)).All);
        Assert.Equal(56_954_261, Count(Fcn.FcnAlexNet(21)).Learned);

        // Without the 256 · 21 + 21 of score_pool3, and with kernels of 4 and 32.
        Assert.Equal((134_357_354, 134_357_354 + (441 * (16 + 1024))), Count(Fcn.Fcn16s(21, padding: PaddingVariant.Original)));

        static (long Learned, long All) Count(Network network) =>
            (network.ParameterCount, network.ParameterCount + network.FixedParameterCount);
    }

    [Fact]
    public void Fcn8s_QuarterWidth_HasTheTrainedModelsParameters() =>
        Assert.Equal(4_402_993, Fcn.Fcn8s(classes: 11, width: 0.25, fcChannels: 512).ParameterCount);

    [Fact]
    public void Fcn8s_HasTheAuthorsLayersInTheirOrder()
    {
        string[] expected =
        [
            "conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1",
            "conv2_1", "relu2_1", "conv2_2", "relu2_2", "pool2",
            "conv3_1", "relu3_1", "conv3_2", "relu3_2", "conv3_3", "relu3_3", "pool3",
            "conv4_1", "relu4_1", "conv4_2", "relu4_2", "conv4_3", "relu4_3", "pool4",
            "conv5_1", "relu5_1", "conv5_2", "relu5_2", "conv5_3", "relu5_3", "pool5",
            "fc6", "relu6", "drop6", "fc7", "relu7", "drop7", "score_fr",
            "upscore2", "score_pool4", "fuse_pool4", "upscore_pool4", "score_pool3", "fuse_pool3", "upscore8",
        ];

        Assert.Equal(expected, Fcn.Fcn8s(classes: 21).Layers.Select(layer => layer.Name));
    }

    [Theory]
    [InlineData("fcn32s", "upscore score")]
    [InlineData("fcn16s", "upscore2 score_pool4 score_pool4c fuse_pool4 upscore16 score")]
    [InlineData(
        "fcn8s",
        "upscore2 score_pool4 score_pool4c fuse_pool4 upscore_pool4 score_pool3 score_pool3c fuse_pool3 upscore8 score")]
    [InlineData(
        "fcn8s-atonce",
        "upscore2 scale_pool4 score_pool4 score_pool4c fuse_pool4 "
            + "upscore_pool4 scale_pool3 score_pool3 score_pool3c fuse_pool3 upscore8 score")]
    public void EachNetworkInOriginalPadding_AfterTheTrunk_HasTheAuthorsLayersInTheirOrder(string name, string layers)
    {
        var network = OriginalPadding(name);

        Assert.Equal(name, network.Name);
        var head = network.Layers.SkipWhile(layer => layer.Name != "score_fr").Skip(1);
        Assert.Equal(layers.Split(' '), head.Select(layer => layer.Name));
    }

    [Fact]
    public void FcnAlexNet_HasTheAuthorsLayersInTheirOrder()
    {
        string[] expected =
        [
            "conv1", "relu1", "pool1", "norm1", "conv2", "relu2", "pool2", "norm2", "conv3", "relu3", "conv4", "relu4", "conv5", "relu5",
            "pool5", "fc6", "relu6", "drop6", "fc7", "relu7", "drop7", "score_fr", "upscore", "score",
        ];

        Assert.Equal(expected, Fcn.FcnAlexNet(classes: 21).Layers.Select(layer => layer.Name));
    }

    [Theory]
    [InlineData("fcn32s", "score 19")]
    [InlineData("fcn16s", "score_pool4c 5, score 27")]
    [InlineData("fcn8s", "score_pool4c 5, score_pool3c 9, score 31")]
    [InlineData("fcn8s-atonce", "score_pool4c 5, score_pool3c 9, score 31")]
    [InlineData("fcn-alexnet", "score 18")]
    public void EachNetworkInOriginalPadding_Crops_HaveTheAuthorsOffsets(string name, string crops) => Assert.Equal(
        crops,
        string.Join(", ", OriginalPadding(name).Layers
            .Where(layer => layer.Operation is Crop)
            .Select(layer => $"{layer.Name} {((Crop)layer.Operation).Offset}")));

    [Fact]
    public void Fcn8sAtOnce_ScalesPool4By100thAndPool3By10000th()
    {
        var network = Fcn.Fcn8sAtOnce(2, 1.0 / 64, 1);

        Assert.Equal(
            [("scale_pool4", "pool4", 0.01f), ("scale_pool3", "pool3", 0.0001f)],
            network.Layers
                .Where(layer => layer.Operation is Scale)
                .Select(layer => (layer.Name, layer.Inputs[0], ((Scale)layer.Operation).Factor)));
    }

    [Theory]
    [InlineData("conv1_1", 64, 1)]
    [InlineData("pool3", 256, 8)]
    [InlineData("pool4", 512, 16)]
    [InlineData("pool5", 512, 32)]
    [InlineData("drop7", 4096, 32)]
    [InlineData("fuse_pool4", 21, 16)]
    [InlineData("fuse_pool3", 21, 8)]
    [InlineData("upscore8", 21, 1)]
    public void Fcn8s_Layers_HaveTheAuthorsChannelsAndStrides(string layer, int channels, int stride) =>
        Assert.Equal(new FeatureMap(channels, stride), Fcn.Fcn8s(classes: 21).FeatureMapOf(layer));

    [Fact]
    public void Fcn8s_ScoreLayers_StartAtZero()
    {
        var zero = Fcn.Fcn8s(classes: 2).Parameters
            .Where(parameter => parameter.Filler == Filler.Zero && parameter.Name.EndsWith(".weight", StringComparison.Ordinal))
            .Select(parameter => parameter.Name);

        Assert.Equal(["score_fr.weight", "score_pool4.weight", "score_pool3.weight"], zero);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(0.3)]
    [InlineData(1.0 / 128)]
    [InlineData(17)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Fcn8s_ImpossibleWidth_SaysWhatIsExpected(double width)
    {
        var fault = Assert.Throws<ExportException>(() => Fcn.Fcn8s(21, width)).Message;

        Assert.Contains(FormattableString.Invariant($"width is {width}; expected a multiple of 1/64"), fault);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65537)]
    public void Fcn8s_ImpossibleFcChannels_SaysWhatIsExpected(int channels) =>
        Assert.Equal(
            $"The number of channels of fc6 and fc7 is {channels}; expected 1 to 65536.",
            Assert.Throws<ExportException>(() => Fcn.Fcn8s(21, 1, channels)).Message);

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public void Fcn8s_ImpossibleClasses_SaysWhatIsExpected(int classes) =>
        Assert.Equal(
            $"The number of classes is {classes}; expected 1 to 255.",
            Assert.Throws<ExportException>(() => Fcn.Fcn8s(classes)).Message);

    [Fact]
    public void Fcn8s_SeveralFaults_AreFoundTogether() =>
        Assert.Equal(2, Assert.Throws<ExportException>(() => Fcn.Fcn8s(21, 0.3, 0)).Faults.Count);

    [Fact]
    public void FcnAlexNet_WidthThatSplitsChannels_SaysWhatIsExpected()
    {
        var fault = Assert.Throws<ExportException>(() => Fcn.FcnAlexNet(21, 1.0 / 32)).Message;

        // 1/32 gives conv1 three channels, which the two groups of conv2 cannot share.
        Assert.Equal("The width is 0.03125; expected a multiple of 1/16, so that channels are whole numbers, up to 16.", fault);
    }

    private static Network OriginalPadding(string name) => name switch
    {
        "fcn32s" => Fcn.Fcn32s(21, padding: PaddingVariant.Original),
        "fcn16s" => Fcn.Fcn16s(21, padding: PaddingVariant.Original),
        "fcn8s" => Fcn.Fcn8s(21, padding: PaddingVariant.Original),
        "fcn8s-atonce" => Fcn.Fcn8sAtOnce(21, padding: PaddingVariant.Original),
        _ => Fcn.FcnAlexNet(21),
    };
}
