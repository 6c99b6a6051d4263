using FcnService.Export.Networks;

namespace FcnService.Export.Tests.Networks;

public sealed class NetworkProfileTests
{
    private const int LongestSide = 600;

    // Narrow, for sizes and strides do not depend on the number of channels.
    private static readonly Network Fcn32s = Fcn.Fcn32s(2, 1.0 / 64, 1, PaddingVariant.Original);
    private static readonly Network Fcn16s = Fcn.Fcn16s(2, 1.0 / 64, 1, PaddingVariant.Original);
    private static readonly Network Fcn8s = Fcn.Fcn8s(2, 1.0 / 64, 1, PaddingVariant.Original);
    private static readonly Network AtOnce = Fcn.Fcn8sAtOnce(2, 1.0 / 64, 1, PaddingVariant.Original);
    private static readonly Network AlexNet = Fcn.FcnAlexNet(2, 1.0 / 16, 1);

    public static TheoryData<string, double, double> PublishedWork => new()
    {
        // fcn8s: the sum over the authors' layers, by hand; the others differ from it in their heads only.
        { "fcn8s original", 181.5, 181.0 },
        { "fcn8s same", 111.3, 110.9 },
        { "fcn8s-atonce original", 181.5, 181.0 },
        { "fcn8s-atonce same", 111.3, 110.9 },
    };

    [Theory]
    [MemberData(nameof(PublishedWork))]
    public void Measure_500PixelsSquare_TakesThePublishedWork(string name, double dense, double grouped)
    {
        var (network, side) = name switch
        {
            "fcn8s original" => (Fcn.Fcn8s(21, padding: PaddingVariant.Original), 500),
            "fcn8s same" => (Fcn.Fcn8s(21, padding: PaddingVariant.Same), 512),
            "fcn8s-atonce original" => (Fcn.Fcn8sAtOnce(21, padding: PaddingVariant.Original), 500),
            _ => (Fcn.Fcn8sAtOnce(21, padding: PaddingVariant.Same), 512),
        };

        var profile = NetworkProfile.Measure(network, side, side);

        Assert.Equal(dense, profile.MultiplyAccumulates / 1e9, tolerance: 0.05);
        Assert.Equal(grouped, profile.GroupedMultiplyAccumulates / 1e9, tolerance: 0.05);
        Assert.Equal((404, 32), (profile.ReceptiveField, network.CoarsestStride));
        Assert.Equal(134_489_759, profile.Layers.Sum(layer => layer.Parameters));
    }

    [Fact]
    public void Measure_OtherThanSquare_MultipliesHeightByWidth()
    {
        // 146.8 GMAC for the 500×375 pixels of many a VOC photo.
        var profile = NetworkProfile.Measure(Fcn.Fcn8s(21, padding: PaddingVariant.Original), height: 375, width: 500);

        Assert.Equal(146.8, profile.MultiplyAccumulates / 1e9, tolerance: 0.05);
        var pool1 = profile.Layers.Single(layer => layer.Layer.Name == "pool1");
        Assert.Equal((287, 349), (pool1.Height, pool1.Width));
    }

    [Theory]
    [InlineData("upscore8", 553_190_400, 26_342_400)]
    [InlineData("fc6", 26_306_674_688, 26_306_674_688)]
    [InlineData("fuse_pool3", 0, 0)]
    public void Measure_Fcn8sLayer_TakesTheWorkOfItsKernelAtEachPosition(string layer, long dense, long grouped)
    {
        var profile = NetworkProfile.Measure(Fcn.Fcn8s(21, padding: PaddingVariant.Original), 500, 500)
            .Layers.Single(profile => profile.Layer.Name == layer);

        // upscore8: 70² positions of 21² (or 21) kernels of 16²; fc6: 16² positions of 512 · 4096 kernels of 7².
        Assert.Equal((dense, grouped), (profile.MultiplyAccumulates, profile.GroupedMultiplyAccumulates));
    }

    [Fact]
    public void Measure_GroupedConvolution_TakesTheWorkOfItsGroups()
    {
        var profile = NetworkProfile.Measure(Fcn.FcnAlexNet(21), 500, 500);

        var conv2 = profile.Layers.Single(layer => layer.Layer.Name == "conv2");
        Assert.Equal(86L * 86 * 256 * 48 * 25, conv2.MultiplyAccumulates);
    }

    [Fact]
    public void Measure_AlexNet_HasThePapersReceptiveField() =>
        Assert.Equal(355, NetworkProfile.Measure(AlexNet, 227, 227).ReceptiveField);

    [Theory]
    [InlineData("conv1_1", 3)]
    [InlineData("pool1", 6)]
    [InlineData("pool3", 44)]
    [InlineData("pool4", 100)]
    [InlineData("pool5", 212)]
    [InlineData("upscore2", 436)]
    [InlineData("fuse_pool4", 436)]
    [InlineData("score", 460)]
    public void Measure_Fcn8sLayer_HasItsReceptiveField(string layer, int side) =>
        Assert.Equal(side, NetworkProfile.Measure(Fcn8s, 100, 100).Layers.Single(profile => profile.Layer.Name == layer).ReceptiveField);

    [Fact]
    public void OutputLengths_Vgg16InOriginalPadding_FollowTheFormulas()
    {
        for (var side = 1; side <= LongestSide; side++)
        {
            var lengths = NetworkProfile.OutputLengths(Fcn8s, side);

            var pools = Enumerable.Range(0, 6).Select(k => (int)Math.Ceiling((side + 198) / Math.Pow(2, k))).ToList();
            Assert.Equal(pools[1..], Enumerable.Range(1, 5).Select(k => lengths[$"pool{k}"]));
            Assert.Equal(pools[0], lengths["conv1_2"]);
            Assert.Equal(pools[5] - 6, lengths["fc6"]);
            Assert.Equal((2 * pools[5]) - 10, lengths["upscore2"]);
            Assert.Equal((4 * pools[5]) - 18, lengths["upscore_pool4"]);
            Assert.Equal((32 * pools[5]) - 136, lengths["upscore8"]);
            Assert.Equal((32 * pools[5]) - 144, NetworkProfile.OutputLengths(Fcn16s, side)["upscore16"]);
            Assert.Equal((32 * pools[5]) - 160, NetworkProfile.OutputLengths(Fcn32s, side)["upscore"]);
        }
    }

    [Fact]
    public void OutputLengths_OriginalPadding_GiveScoresForEveryPixel()
    {
        foreach (var network in (Network[])[Fcn32s, Fcn16s, Fcn8s, AtOnce, AlexNet])
        {
            for (var side = 1; side <= LongestSide; side++)
            {
                Assert.Equal(side, NetworkProfile.OutputLengths(network, side)["score"]);
            }
        }
    }

    [Fact]
    public void OutputLengths_OriginalPadding_LeaveOverWhatTheGeometrySays()
    {
        Assert.Equal((19, 50), Leftovers(Fcn32s, "upscore", Network.Input, offset: 19));
        Assert.Equal((27, 58), Leftovers(Fcn16s, "upscore16", Network.Input, offset: 27));
        Assert.Equal((31, 62), Leftovers(Fcn8s, "upscore8", Network.Input, offset: 31));
        Assert.Equal((15, 46), Leftovers(AlexNet, "upscore", Network.Input, offset: 18));
        foreach (var network in (Network[])[Fcn16s, Fcn8s, AtOnce])
        {
            Assert.Equal((4, 5), Leftovers(network, "score_pool4", "upscore2", offset: 5));
        }

        foreach (var network in (Network[])[Fcn8s, AtOnce])
        {
            Assert.Equal((6, 9), Leftovers(network, "score_pool3", "upscore_pool4", offset: 9));
        }
    }

    [Fact]
    public void OutputLengths_SamePadding_GiveScoresForEveryPixelOfMultiplesOf32()
    {
        foreach (var create in (Func<int, double, int, PaddingVariant, Network>[])[Fcn.Fcn32s, Fcn.Fcn16s, Fcn.Fcn8s, Fcn.Fcn8sAtOnce])
        {
            var network = create(2, 1.0 / 64, 1, PaddingVariant.Same);
            Assert.Equal(32, network.SizeMultiple);
            for (var side = 32; side <= LongestSide; side += 32)
            {
                var lengths = NetworkProfile.OutputLengths(network, side);
                Assert.Equal((side, side / 32), (lengths[network.Layers[^1].Name], lengths["fc6"]));
            }
        }
    }

    [Fact]
    public void OutputLengths_SamePaddingOfAnotherSize_NamesTheLayerThatDoesNotFit() => AssertFault(
        // Halved and rounded up: 250, 125, 63, 32, 16; and doubled again: 32, 64, where pool3 has 63.
        "Layer \"fuse_pool3\" of the network fcn8s, for images with a side of 500: it adds 64 and 63 positions; expected equal numbers.",
        () => NetworkProfile.OutputLengths(Fcn.Fcn8s(2, 1.0 / 64, 1), 500));

    [Fact]
    public void OutputLengths_ImageTooSmallForAKernel_SaysHowManyPositionsItTakes() => AssertFault(
        "Layer \"conv1\" of the network test, for images with a side of 4: it reads 4 positions; expected at least 5.",
        () => NetworkProfile.OutputLengths(new Network("test", [new("conv1", new Convolution(1, 7, Padding: 1), [Network.Input])]), 4));

    [Fact]
    public void OutputLengths_ImageTooSmallForAWindow_SaysHowManyPositionsItTakes() => AssertFault(
        "Layer \"pool1\" of the network test, for images with a side of 1: it reads 1 positions; expected at least 2.",
        () => NetworkProfile.OutputLengths(new Network("test", [new("pool1", new MaxPool(3, 2), [Network.Input])]), 1));

    [Fact]
    public void OutputLengths_WholeWindowsOnly_LeavesOutTheLastPosition()
    {
        var network = new Network("test", [new("pool1", new MaxPool(2, 2, WholeWindowsOnly: true), [Network.Input])]);

        Assert.Equal([1, 1, 2, 2], Enumerable.Range(2, 4).Select(side => NetworkProfile.OutputLengths(network, side)["pool1"]));
        AssertFault(
            "Layer \"pool1\" of the network test, for images with a side of 1: it reads 1 positions; expected at least 2.",
            () => NetworkProfile.OutputLengths(network, 1));
    }

    [Fact]
    public void OutputLengths_RegionLargerThanItsFrame_SaysHowManyPositionsItTakes() => AssertFault(
        "Layer \"whole\" of the network test, for images with a side of 9: it reads 9 positions; expected at most 7.",
        () => NetworkProfile.OutputLengths(
            new Network("test", [new("whole", new AddEmptyFrame(Start: 5, Band: 1, Margin: 3, 1), [Network.Input, Network.Input])]), 9));

    [Fact]
    public void OutputLengths_NothingLeftToCrop_SaysHowManyPositionsItTakes() => AssertFault(
        "Layer \"crop1\" of the network test, for images with a side of 9: it crops 9 positions; expected at least 10.",
        () => NetworkProfile.OutputLengths(new Network("test", [new("crop1", new Crop(1), [Network.Input, Network.Input])]), 9));

    /// <summary>The least and the most that a crop leaves over behind what it takes.</summary>
    private static (int Least, int Most) Leftovers(Network network, string cropped, string reference, int offset)
    {
        var leftovers = Enumerable.Range(1, LongestSide)
            .Select(side => NetworkProfile.OutputLengths(network, side))
            .Select(lengths => lengths[cropped] - offset - lengths[reference])
            .ToList();
        return (leftovers.Min(), leftovers.Max());
    }

    private static void AssertFault(string fault, Action action) => Assert.Equal(fault, Assert.Throws<ExportException>(action).Message);
}
