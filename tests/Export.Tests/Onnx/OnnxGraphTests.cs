using FcnService.Export.Networks;
using FcnService.Export.Onnx;
using FcnService.Export.Tests.Reference;
using FcnService.Export.Weights;
using FcnService.Inference.Models;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Export.Tests.Onnx;

public sealed class OnnxGraphTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, int, int> AnySize
    {
        get
        {
            var cases = new TheoryData<string, int, int>();
            foreach (var name in OnnxModels.TinyNetworks.Keys)
            {
                cases.Add(name, 64, 96);
                if (OnnxModels.TinyNetworks[name].SizeMultiple == 1)
                {
                    cases.Add(name, 1, 1);
                    cases.Add(name, 37, 53);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(AnySize))]
    public void Build_EachNetwork_ComputesWhatThePlainNetworkComputes(string name, int height, int width)
    {
        var weights = OnnxModels.WithoutZeros(OnnxModels.TinyNetworks[name], seed: 3);
        var image = FloatImage.Random(channels: 3, height, width, seed: 4, scale: 128);

        AssertSameAsPlain(weights, image, expectedShape: (5, height, width));
    }

    [Fact]
    public void Build_Fcn8sInOriginalPadding_ComputesWhatThePlainNetworkComputesOnALargerImage() => AssertSameAsPlain(
        OnnxModels.WithoutZeros(OnnxModels.TinyNetworks["fcn8s original"], seed: 3),
        FloatImage.Random(channels: 3, height: 224, width: 320, seed: 4, scale: 128),
        expectedShape: (5, 224, 320));

    [Fact]
    public void Build_Batch_ComputesEachImageByItself()
    {
        var weights = OnnxModels.WithoutZeros(OnnxModels.TinyNetworks["fcn8s original"], seed: 3);
        OnnxWriter.Write(folder["model.onnx"], weights, OnnxModels.Describe(weights.Network));
        FloatImage[] images = [FloatImage.Random(3, 20, 30, seed: 1, scale: 128), FloatImage.Random(3, 20, 30, seed: 2, scale: 128)];

        var together = OnnxModels.Run(folder["model.onnx"], images);

        for (var i = 0; i < images.Length; i++)
        {
            AssertClose(OnnxModels.Run(folder["model.onnx"], images[i]), together[i], relativeTolerance: 1e-4);
        }
    }

    // FCN-AlexNet of random weights gives all pixels one label, by which nothing can be told.
    public static TheoryData<string, WeightPrecision> EachPrecision =>
    [
        .. OnnxModels.TinyNetworks.Keys
            .Where(name => !name.Contains("alexnet", StringComparison.Ordinal))
            .SelectMany(name => Enum.GetValues<WeightPrecision>().Select(precision => (name, precision))),
    ];

    [Theory]
    [MemberData(nameof(EachPrecision))]
    public void Build_LabelsOfABatch_AreThoseOfTheLargestLogits(string name, WeightPrecision precision)
    {
        var weights = OnnxModels.WithoutZeros(OnnxModels.TinyNetworks[name], seed: 3);
        OnnxWriter.Write(folder["logits.onnx"], weights, OnnxModels.Describe(weights.Network), precision);
        OnnxWriter.Write(folder["labels.onnx"], weights, OnnxModels.Describe(weights.Network, kind: OutputKind.Labels), precision);
        FloatImage[] images = [FloatImage.Random(3, 64, 96, seed: 1, scale: 128), FloatImage.Random(3, 64, 96, seed: 2, scale: 128)];

        var (labels, shape) = OnnxModels.Run<byte>(folder["labels.onnx"], images, "labels");

        Assert.Equal([2, 64, 96], shape);
        Assert.True(labels.Distinct().Count() > 1);
        // Where features have 16 bits, the runtime rounds the scores of one graph and not those of the other: what differs by less is equal.
        var rounding = precision == WeightPrecision.HalfThroughout ? 1.0 / 1024 : 0;
        var logits = OnnxModels.Run(folder["logits.onnx"], images).SelectMany(Pixels);
        Assert.All(logits.Zip(labels), pixel =>
        {
            var largest = pixel.First.Max();
            Assert.InRange(pixel.First[pixel.Second], largest - (Math.Abs(largest) * rounding), largest);
        });

        static IEnumerable<double[]> Pixels(FloatImage logits) =>
            from y in Enumerable.Range(0, logits.Height)
            from x in Enumerable.Range(0, logits.Width)
            select Enumerable.Range(0, logits.Channels).Select(label => (double)logits[label, y, x]).ToArray();
    }

    [Fact]
    public void Build_LabelsOfEqualScores_AreTheLowest()
    {
        // Every class scores 0 before training.
        var weights = Initialization.Create(OnnxModels.Tiny, seed: 1);
        OnnxWriter.Write(folder["labels.onnx"], weights, OnnxModels.Describe(weights.Network, kind: OutputKind.Labels));

        var (labels, _) = OnnxModels.Run<byte>(folder["labels.onnx"], [FloatImage.Random(3, 32, 32, seed: 1, scale: 128)], "labels");

        Assert.All(labels, label => Assert.Equal(0, label));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Build_KernelsOfTheWeights_AreUsed(bool mixesChannels)
    {
        var network = OnnxModels.TinyNetworks["fcn16s original"];
        var random = new Random(8);
        var kernels = network.FixedParameters.ToDictionary(
            parameter => parameter.Name.Split('.')[0],
            parameter => Tensor.Create(parameter.Name, parameter.Shape, values =>
            {
                var channels = parameter.Shape.Dimensions[0];
                var taps = values.Length / channels / channels;
                for (var i = 0; i < values.Length; i++)
                {
                    var isDiagonal = i / taps / channels == i / taps % channels;
                    values[i] = isDiagonal || mixesChannels ? (float)random.NextDouble() : 0;
                }
            }));
        var learned = OnnxModels.WithoutZeros(network, seed: 3);
        var weights = NetworkWeights.Match(
            network, [.. network.Parameters.Select(parameter => learned[parameter.Name]), .. kernels.Values], "the test");
        var groups = OnnxGraph.Build(weights).Node
            .Where(node => node.OpType == "ConvTranspose")
            .Select(node => node.Attribute.Single(attribute => attribute.Name == "group").I);

        Assert.Equal(mixesChannels ? [1, 1] : [5, 5], groups);
        AssertSameAsPlain(weights, FloatImage.Random(3, 37, 53, seed: 4, scale: 128), expectedShape: (5, 37, 53), kernels);
    }

    [Fact]
    public void Build_ScaledFeatures_ReachTheOutput()
    {
        // At the authors' factors the skips hardly show in the sum; here they are all there is.
        var network = new Network("scale", [new Layer("scale_pool4", new Scale(0.0001f), [Network.Input])]);

        AssertSameAsPlain(
            NetworkWeights.Match(network, [], "the test"), FloatImage.Random(3, 4, 4, seed: 7, scale: 1), expectedShape: (3, 4, 4));
    }

    [Fact]
    public void Build_LocalResponseNormalization_MakesADifference()
    {
        // So strong that the division shows, and with more channels than it reaches over.
        var network = new Network("norm",
        [
            new Layer("conv1", new Convolution(9, Kernel: 1), [Network.Input]),
            new Layer("norm1", new LocalResponseNormalization(5, Alpha: 0.5f, Beta: 0.75f), ["conv1"]),
        ]);

        AssertSameAsPlain(
            OnnxModels.WithoutZeros(network, seed: 3), FloatImage.Random(3, 6, 7, seed: 7, scale: 3), expectedShape: (9, 6, 7));
    }

    [Fact]
    public void Build_HalfPrecision_ComputesTheSameWithinTheRoundingOfWeights()
    {
        var weights = OnnxModels.WithoutZeros(OnnxModels.TinyNetworks["fcn8s original"], seed: 3);
        var image = FloatImage.Random(3, 37, 53, seed: 4, scale: 128);
        var description = OnnxModels.Describe(weights.Network);
        OnnxWriter.Write(folder["single.onnx"], weights, description);
        OnnxWriter.Write(folder["half.onnx"], weights, description, WeightPrecision.Half);

        var (single, half) = (OnnxModels.Run(folder["single.onnx"], image), OnnxModels.Run(folder["half.onnx"], image));

        // A 16-bit float is within 2^-11 of its value; errors of many weights partly cancel, those of the layers add up.
        AssertClose(single, half, relativeTolerance: 5e-3);
        Assert.NotEqual(single.Values, half.Values);
        var learnedBytes = 4 * weights.Network.ParameterCount;
        var saved = new FileInfo(folder["single.onnx"]).Length - new FileInfo(folder["half.onnx"]).Length;
        Assert.InRange(saved, learnedBytes / 2 * 0.9, learnedBytes / 2);
    }

    [Fact]
    public void Build_HalfPrecision_IsGoneWhenOnnxRuntimeHasLoadedIt()
    {
        var weights = Initialization.Create(OnnxModels.Tiny, seed: 3);
        OnnxWriter.Write(folder["half.onnx"], weights, OnnxModels.Describe(weights.Network), WeightPrecision.Half);
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_BASIC,
            OptimizedModelFilePath = folder["loaded.onnx"],
        };
        using (new InferenceSession(folder["half.onnx"], options))
        {
        }

        var loaded = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder["loaded.onnx"])).Graph;

        Assert.Contains(ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder["half.onnx"])).Graph.Node, node => node.OpType == "Cast");
        Assert.Contains(loaded.Node, node => node.OpType == "Conv");
        Assert.DoesNotContain(loaded.Node, node => node.OpType == "Cast");
        Assert.DoesNotContain(loaded.Initializer, tensor => tensor.DataType == (int)TensorProto.Types.DataType.Float16);
    }

    [Fact]
    public void Build_WeightBeyondHalfPrecision_SaysWhichAndWhere()
    {
        var network = new Network("conv", [new Layer("conv1", new Convolution(2, Kernel: 1), [Network.Input])]);
        var weights = NetworkWeights.Match(
            network,
            [
                Tensor.Create("conv1.weight", new Shape(2, 3, 1, 1), values => values[4] = -70000),
                Tensor.Create("conv1.bias", new Shape(2), _ => { }),
            ],
            "the test");

        var fault = Assert.Throws<ExportException>(() => OnnxGraph.Build(weights, WeightPrecision.Half)).Message;

        Assert.Equal("Tensor \"conv1.weight\" holds -70000 as value 4; expected at most ±65504 for 16-bit floats.", fault);
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

    private void AssertSameAsPlain(
        NetworkWeights weights,
        FloatImage image,
        (int Channels, int Height, int Width) expectedShape,
        IReadOnlyDictionary<string, Tensor>? kernels = null)
    {
        OnnxWriter.Write(folder["model.onnx"], weights, OnnxModels.Describe(weights.Network));

        var actual = OnnxModels.Run(folder["model.onnx"], image);
        var expected = PlainNetwork.Run(weights, image, kernels);

        Assert.Equal(expectedShape, (expected.Channels, expected.Height, expected.Width));
        AssertClose(expected, actual, relativeTolerance: 1e-4);
    }

    private static void AssertClose(FloatImage expected, FloatImage actual, double relativeTolerance)
    {
        Assert.Equal((expected.Channels, expected.Height, expected.Width), (actual.Channels, actual.Height, actual.Width));
        var largest = expected.Values.Max(Math.Abs);
        Assert.True(largest > 0);
        var difference = actual.Values.Zip(expected.Values, (a, e) => Math.Abs(a - e)).Max() / largest;
        Assert.True(
            difference < relativeTolerance,
            FormattableString.Invariant($"the largest difference is {difference:G3} of the largest value"));
    }
}
