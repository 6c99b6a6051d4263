using FcnService.Export.Frames;
using FcnService.Export.Networks;
using FcnService.Export.Onnx;
using FcnService.Export.Quantization;
using FcnService.Export.Tests.Onnx;
using FcnService.Export.Tests.Reference;
using FcnService.Export.Weights;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Export.Tests.Quantization;

public sealed class QuantizedModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Networks => [.. OnnxModels.TinyNetworks.Keys];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Build_EveryLayer_GivesNearlyTheFloatsLogits(string name)
    {
        var network = OnnxModels.TinyNetworks[name];
        var image = FloatImage.Random(3, 64, 96, seed: 2, scale: 128);
        var model = Load(network);

        Save(QuantizeAll(model, image), "int8.onnx");

        var (expected, actual) = (OnnxModels.Run(folder["float.onnx"], image), OnnxModels.Run(folder["int8.onnx"], image));
        Assert.Equal((expected.Channels, expected.Height, expected.Width), (actual.Channels, actual.Height, actual.Width));
        Assert.InRange(RelativeError(expected.Values, actual.Values), 1e-4, 0.1);
    }

    [Fact]
    public void Build_IntegerKernels_GiveWhatTheRoundedFloatsGive()
    {
        var image = FloatImage.Random(3, 64, 96, seed: 2, scale: 128);
        Save(QuantizeAll(Load(OnnxModels.Tiny), image), "int8.onnx");

        // Unoptimized, ONNX Runtime computes what stands in the file: floats that are rounded again and again.
        using var plain = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        var expected = Run(folder["int8.onnx"], image, plain);
        var actual = OnnxModels.Run(folder["int8.onnx"], image).Values;

        // Where a sum lies between two steps, either may be taken.
        Assert.InRange(RelativeError(expected, actual), 0, 0.02);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Build_EveryLayer_RunsAsIntegers(string name)
    {
        var model = Load(OnnxModels.TinyNetworks[name]);
        Save(QuantizeAll(model, FloatImage.Random(3, 64, 96, seed: 2, scale: 128)), "int8.onnx");

        var optimized = Optimized("int8.onnx");

        Assert.Equal(model.Layers.Count, optimized.Graph.Node.Count(node => node.OpType == "QLinearConv"));
        Assert.DoesNotContain(optimized.Graph.Node, node => node.OpType is "Conv" or "FusedConv" or "Relu");
        // Poolings, too, stay in bytes: no feature map becomes floats between layers.
        var produced = optimized.Graph.Node.SelectMany(node => node.Output.Select(output => (output, node.OpType))).ToDictionary();
        Assert.All(
            optimized.Graph.Node.Where(node => node.OpType == "QLinearConv"),
            node => Assert.True(produced[node.Input[0]] is "QLinearConv" or "MaxPool" or "Pad" or "QuantizeLinear"));
    }

    // Its biases are sums of constants.
    [Fact]
    public void Build_StoredFrame_RunsAsIntegersAndGivesNearlyTheFloatsLogits()
    {
        var image = FloatImage.Random(3, 64, 96, seed: 2, scale: 128);
        var weights = StoredFrame.Apply(OnnxModels.WithoutZeros(OnnxModels.TinyNetworks["fcn8s original"], seed: 3));
        var model = Load(weights);

        Save(QuantizeAll(model, image), "int8.onnx");

        Assert.DoesNotContain(Optimized("int8.onnx").Graph.Node, node => node.OpType is "Conv" or "FusedConv");
        var (expected, actual) = (OnnxModels.Run(folder["float.onnx"], image), OnnxModels.Run(folder["int8.onnx"], image));
        Assert.InRange(RelativeError(expected.Values, actual.Values), 1e-4, 0.1);
    }

    [Fact]
    public void Build_SomeLayers_LeavesTheOthersAsTheyWere()
    {
        var image = FloatImage.Random(3, 64, 96, seed: 2, scale: 128);
        var model = Load(OnnxModels.Tiny);
        string[] kept = ["conv1_1", "conv3_2", "score_fr"];
        var layers = model.Layers.Where(layer => !kept.Contains(layer.Name)).ToList();

        var quantized = QuantizedModel.Build(model, layers, Calibrate(model, image), WeightQuantization.EightBits);

        var initializers = quantized.Graph.Initializer.ToDictionary(tensor => tensor.Name);
        foreach (var layer in model.Layers)
        {
            var node = Assert.Single(quantized.Graph.Node, node => node.Name == layer.Name);
            var isFloat = initializers.TryGetValue(node.Input[1], out var weight) && weight.DataType == (int)TensorProto.Types.DataType.Float;
            Assert.Equal(kept.Contains(layer.Name), isFloat);
            Assert.Equal(isFloat && layer.Activation is not null, quantized.Graph.Node.Any(other => other.OpType == "Relu" && other.Input[0] == layer.Name));
        }

        Save(quantized, "int8.onnx");
        Assert.Equal(layers.Count, Optimized("int8.onnx").Graph.Node.Count(node => node.OpType == "QLinearConv"));
    }

    [Fact]
    public void Build_Twice_GivesTheSameBytesAndLeavesTheModelAlone()
    {
        var image = FloatImage.Random(3, 64, 96, seed: 2, scale: 128);
        var model = Load(OnnxModels.Tiny);
        var before = model.Proto.ToByteArray();

        var (first, second) = (QuantizeAll(model, image).ToByteArray(), QuantizeAll(model, image).ToByteArray());

        Assert.Equal(first, second);
        Assert.Equal(before, model.Proto.ToByteArray());
    }

    [Fact]
    public void Build_File_IsAQuarterAndDescribesItself()
    {
        var model = Load(Fcn.Fcn8s(classes: 5, width: 0.25, fcChannels: 64));

        var quantized = QuantizeAll(model, FloatImage.Random(3, 32, 32, seed: 2, scale: 128));

        Assert.InRange((double)quantized.CalculateSize() / model.Proto.CalculateSize(), 0.25, 0.3);
        Assert.Equal(model.Proto.MetadataProps, quantized.MetadataProps);
        Assert.Equal(model.Proto.Graph.Input, quantized.Graph.Input);
        Assert.Equal(model.Proto.Graph.Output, quantized.Graph.Output);
        Assert.Equal(17, Assert.Single(quantized.OpsetImport).Version);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Build_File_PassesTheOnnxChecker(string name)
    {
        External.RequireOnnx();
        Save(QuantizeAll(Load(OnnxModels.TinyNetworks[name]), FloatImage.Random(3, 64, 96, seed: 2, scale: 128)), "int8.onnx");

        var (exitCode, _, error) = External.Run(External.Python, ["-c", "import sys, onnx; onnx.checker.check_model(sys.argv[1], full_check=True)", folder["int8.onnx"]]);

        Assert.True(exitCode == 0, error);
    }

    private FloatModel Load(Network network) => Load(OnnxModels.WithoutZeros(network, seed: 1));

    private FloatModel Load(NetworkWeights weights)
    {
        OnnxWriter.Write(folder["float.onnx"], weights, OnnxModels.Describe(weights.Network));
        return FloatModel.Read(folder["float.onnx"]);
    }

    private static ModelProto QuantizeAll(FloatModel model, FloatImage image) =>
        QuantizedModel.Build(model, model.Layers, Calibrate(model, image), WeightQuantization.EightBits);

    private static IReadOnlyDictionary<string, ActivationQuantization> Calibrate(FloatModel model, FloatImage image)
    {
        var input = new Inference.Models.InputContract("image", Inference.Models.TensorLayout.Nchw, Inference.Models.ChannelOrder.Bgr, [0, 0, 0], [1, 1, 1]);
        using var calibrator = new Calibrator(model, input);
        using var tensor = new Inference.Scheduling.InputTensor(new Inference.Geometry.ImageSize(image.Width, image.Height));
        Array.ConvertAll(image.Values, value => (float)value).CopyTo(tensor.Values);
        calibrator.Add(tensor);
        return calibrator.Calibrate(new PercentileCalibration(100));
    }

    private void Save(ModelProto model, string name) => File.WriteAllBytes(folder[name], model.ToByteArray());

    // What ONNX Runtime makes of a model before it chooses the layout of its kernels.
    private ModelProto Optimized(string name)
    {
        using (var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
            OptimizedModelFilePath = folder["optimized.onnx"],
        })
        {
            using var session = new InferenceSession(folder[name], options);
        }

        return ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder["optimized.onnx"]));
    }

    private static double[] Run(string path, FloatImage image, SessionOptions options)
    {
        using var session = new InferenceSession(path, options);
        using var run = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(
            Array.ConvertAll(image.Values, value => (float)value), [1, image.Channels, image.Height, image.Width]);
        using var outputs = session.Run(run, ["image"], [input], ["logits"]);
        return Array.ConvertAll(outputs[0].GetTensorDataAsSpan<float>().ToArray(), value => (double)value);
    }

    private static double RelativeError(double[] expected, double[] actual) =>
        Math.Sqrt(expected.Zip(actual).Sum(pair => Math.Pow(pair.First - pair.Second, 2)) / expected.Sum(value => value * value));
}
