using FcnService.Export.Frames;
using FcnService.Export.Networks;
using FcnService.Export.Onnx;
using FcnService.Export.Tests.Onnx;
using FcnService.Export.Tests.Reference;
using FcnService.Export.Weights;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Export.Tests.Frames;

public sealed class StoredFrameTests
{
    private const int CoarsestStride = 32;
    private const int FrameStride = 8;

    private static readonly IReadOnlyDictionary<string, Network> Framed = new Dictionary<string, Network>
    {
        ["fcn32s"] = Fcn.Fcn32s(5, 1.0 / 16, 32, PaddingVariant.Original),
        ["fcn16s"] = Fcn.Fcn16s(5, 1.0 / 16, 32, PaddingVariant.Original),
        ["fcn8s"] = Fcn.Fcn8s(5, 1.0 / 16, 32, PaddingVariant.Original),
        ["fcn8s-atonce"] = Fcn.Fcn8sAtOnce(5, 1.0 / 16, 32, PaddingVariant.Original),
    };

    /// <summary>
    /// Sizes from 1×1 to a hundred pixels: every height and every width modulo 32, and every pair of both modulo 8, for as many pairs of
    /// corners does a stored frame hold.
    /// </summary>
    private static readonly IReadOnlyList<(int Height, int Width)> Sizes =
    [
        .. Enumerable.Range(0, 2 * CoarsestStride).Select(i => (
            1 + (i % CoarsestStride) + (i % 3 * CoarsestStride),
            1 + ((i + (i / FrameStride)) % CoarsestStride) + (i / 7 % 3 * CoarsestStride))),
    ];

    public static TheoryData<string> FramedNetworks => [.. Framed.Keys];

    [Fact]
    public void Sizes_AreAllThatRoundDifferently()
    {
        Assert.Contains((1, 1), Sizes);
        Assert.Equal(CoarsestStride, Sizes.Select(size => size.Height % CoarsestStride).Distinct().Count());
        Assert.Equal(CoarsestStride, Sizes.Select(size => size.Width % CoarsestStride).Distinct().Count());
        var pairs = Sizes.Select(size => (size.Height % FrameStride, size.Width % FrameStride)).Distinct();
        Assert.Equal(FrameStride * FrameStride, pairs.Count());
    }

    [Theory]
    [MemberData(nameof(FramedNetworks))]
    public void Apply_ImagesOfAllSizes_KeepsTheScores(string name)
    {
        var plain = WithFeaturesOfEqualStrength(Framed[name]);
        using var expected = new Model(plain);
        using var actual = new Model(StoredFrame.Apply(plain));

        for (var i = 0; i < Sizes.Count; i++)
        {
            // Values like those of the biases, so that what is around the image has its share in the scores.
            var image = FloatImage.Random(3, Sizes[i].Height, Sizes[i].Width, seed: i, scale: 1);

            AssertClose(expected.Run(image), actual.Run(image), relativeTolerance: 1e-4, $"{Sizes[i]}");
        }
    }

    [Fact]
    public void Apply_Batch_KeepsTheScoresOfEachImage()
    {
        var plain = OnnxModels.WithoutZeros(Framed["fcn8s"], seed: 3);
        using var expected = new Model(plain);
        using var actual = new Model(StoredFrame.Apply(plain));
        FloatImage[] images = [FloatImage.Random(3, 20, 30, seed: 1, scale: 1), FloatImage.Random(3, 20, 30, seed: 2, scale: 1)];

        var scores = images.SelectMany(image => expected.Run(image)).ToArray();

        AssertClose(scores, actual.Run(images), relativeTolerance: 1e-4, "a batch");
    }

    [Fact]
    public void Apply_BeforeOrAfterTheLastUpsamplingIsTakenOff_KeepsTheCoarseScores()
    {
        var plain = OnnxModels.WithoutZeros(Framed["fcn8s"], seed: 3);
        var (before, after) = (CoarseScores.Of(StoredFrame.Apply(plain)).Weights, StoredFrame.Apply(CoarseScores.Of(plain).Weights));
        using var expected = new Model(CoarseScores.Of(plain).Weights);
        using var actual = new Model(after);
        var image = FloatImage.Random(3, 37, 53, seed: 4, scale: 1);

        Assert.Equal((1, 1), (before.Network.SizeMultiple, after.Network.SizeMultiple));
        Assert.Equal(before.Network.Layers.Select(layer => layer.Name), after.Network.Layers.Select(layer => layer.Name));
        AssertClose(expected.Run(image), actual.Run(image), relativeTolerance: 1e-4, "coarse scores");
    }

    [Fact]
    public void Apply_HalfPrecision_KeepsTheScoresWithinTheRoundingOfWeights()
    {
        var plain = OnnxModels.WithoutZeros(Framed["fcn8s"], seed: 3);
        using var expected = new Model(plain);
        using var actual = new Model(StoredFrame.Apply(plain), WeightPrecision.Half);
        var image = FloatImage.Random(3, 37, 53, seed: 4, scale: 1);

        AssertClose(expected.Run(image), actual.Run(image), relativeTolerance: 5e-3, "half precision");
    }

    [Fact]
    public void Apply_Weights_KeepsTheGivenOnesAsTheyAre()
    {
        var plain = OnnxModels.WithoutZeros(Framed["fcn8s"], seed: 3);

        var stored = StoredFrame.Apply(plain);

        Assert.Equal(plain.Network.Parameters, stored.Network.Parameters);
        Assert.Equal(plain.Network.FixedParameters, stored.Network.FixedParameters);
        Assert.All(plain.Tensors, tensor => Assert.True(tensor.Data.Equals(stored[tensor.Name].Data), tensor.Name));
    }

    [Fact]
    public void Apply_Frame_IsTheMapOfABlackImageAsThePlainNetworkComputesIt()
    {
        var plain = OnnxModels.WithoutZeros(Framed["fcn8s"], seed: 3);
        var stored = StoredFrame.Apply(plain);
        var operation = (AddEmptyFrame)stored.Network.Layers.Single(layer => layer.Name == "relu4_3_whole").Operation;
        var frame = stored["relu4_3_whole.frame"].Values.ToArray();
        var upToLayer = new Network("trunk", [.. plain.Network.Layers.TakeWhile(layer => layer.Name != "pool4")]);
        var (height, width) = (3, 14);

        var map = PlainNetwork.Run(
            NetworkWeights.Match(upToLayer, upToLayer.Parameters.Select(parameter => plain[parameter.Name]), "the test"),
            new FloatImage(3, height, width));

        Assert.Equal((6, 7, 198, 8), (operation.Band, operation.Start, operation.Margin, operation.Stride));
        var largest = map.Values.Max();
        var (framedHeight, framedWidth) = (height + operation.Margin, width + operation.Margin);
        for (var channel = 0; channel < map.Channels; channel++)
        {
            for (var y = 0; y < map.Height; y++)
            {
                for (var x = 0; x < map.Width; x++)
                {
                    var (row, column) = (operation.FramePosition(y, framedHeight), operation.FramePosition(x, framedWidth));
                    var held = frame[(((channel * operation.Positions) + row) * operation.Positions) + column];
                    Assert.Equal(map[channel, y, x], held, tolerance: 1e-5 * largest);
                }
            }
        }
    }

    [Theory]
    [InlineData("same")]
    [InlineData("fcn-alexnet")]
    [InlineData("stored")]
    public void Apply_NetworkWithoutSuchAFrame_ReturnsIt(string which)
    {
        var network = which switch
        {
            "same" => Fcn.Fcn8s(5, 1.0 / 64, 4, PaddingVariant.Same),
            "fcn-alexnet" => Fcn.FcnAlexNet(5, 1.0 / 16, 4),
            _ => StoredFrame.Apply(Fcn.Fcn8s(5, 1.0 / 64, 4, PaddingVariant.Original)),
        };

        Assert.Same(network, StoredFrame.Apply(network));
    }

    [Theory]
    [InlineData(500, 180.99, 125.99)]
    [InlineData(250, 69.08, 36.53)]
    public void Apply_FullWidth_TakesLessWork(int side, double plainWork, double storedWork)
    {
        var plain = Fcn.Fcn8s(21, padding: PaddingVariant.Original);

        // The sums over the layers, by hand.
        Assert.Equal(plainWork, Work(plain), tolerance: 0.01);
        Assert.Equal(storedWork, Work(StoredFrame.Apply(plain)), tolerance: 0.01);

        double Work(Network network) => NetworkProfile.Measure(network, side, side).GroupedMultiplyAccumulates / 1e9;
    }

    [Fact]
    public void Apply_FullWidth_ConvolvesTheImageAndTheReceptiveHaloOnly()
    {
        var profile = NetworkProfile.Measure(StoredFrame.Apply(Fcn.Fcn8s(21, padding: PaddingVariant.Original)), 500, 500);

        // Of image pixels 0 to 499, conv1_1 sees something at 502 positions, and every convolution of 3 makes that 2 more, every pooling
        // half; conv1_1 computes 3 more on either side and conv1_2 one.
        string[] convolutions =
        [
            "conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1", "conv3_2", "conv3_3", "conv4_1", "conv4_2", "conv4_3", "conv5_1",
        ];
        Assert.Equal(
            [502 + 6, 504 + 2, 255, 257, 131, 133, 135, 70, 72, 74, 44],
            convolutions.Select(name => profile.Layers.Single(layer => layer.Layer.Name == name).Width));
    }

    /// <summary>Random weights; those of pool3 and pool4 are the stronger the more their features are scaled down before.</summary>
    private static NetworkWeights WithFeaturesOfEqualStrength(Network network)
    {
        var weights = OnnxModels.WithoutZeros(network, seed: 3);
        var factors = network.Layers.Where(layer => layer.Operation is Scale).ToDictionary(
            layer => $"{layer.Name.Replace("scale_", "score_", StringComparison.Ordinal)}.weight",
            layer => ((Scale)layer.Operation).Factor);
        return NetworkWeights.Match(network, network.Parameters.Select(parameter => Strengthen(weights[parameter.Name])), "the test");

        Tensor Strengthen(Tensor tensor) => !factors.TryGetValue(tensor.Name, out var factor)
            ? tensor
            : Tensor.Create(tensor.Name, tensor.Shape, values =>
            {
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = tensor.Values[i] / factor;
                }
            });
    }

    private static void AssertClose(float[] expected, float[] actual, double relativeTolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        var difference = expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs);
        Assert.True(
            difference <= relativeTolerance, FormattableString.Invariant($"{what}: differs by {difference:E1} of the largest score"));
    }

    /// <summary>A model in memory.</summary>
    private sealed class Model : IDisposable
    {
        private readonly InferenceSession session;
        private readonly RunOptions options = new();

        public Model(NetworkWeights weights, WeightPrecision precision = WeightPrecision.Full)
        {
            using var settings = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            session = new InferenceSession(OnnxWriter.Build(weights, precision).ToByteArray(), settings);
        }

        /// <summary>The scores of images of one size, as one batch.</summary>
        public float[] Run(params FloatImage[] images)
        {
            float[] values = [.. images.SelectMany(image => image.Values).Select(value => (float)value)];
            using var input = OrtValue.CreateTensorValueFromMemory(
                values, [images.Length, images[0].Channels, images[0].Height, images[0].Width]);
            using var outputs = session.Run(options, ["image"], [input], ["logits"]);
            return outputs[0].GetTensorDataAsSpan<float>().ToArray();
        }

        public void Dispose()
        {
            options.Dispose();
            session.Dispose();
        }
    }
}
