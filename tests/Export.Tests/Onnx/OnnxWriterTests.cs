using System.Globalization;
using FcnService.Export.Frames;
using FcnService.Export.Networks;
using FcnService.Export.Onnx;
using FcnService.Export.Tests.Reference;
using FcnService.Export.Weights;
using FcnService.Inference.Models;

namespace FcnService.Export.Tests.Onnx;

public sealed class OnnxWriterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Write_Twice_GivesTheSameBytes()
    {
        Write("a.onnx", seed: 1);
        Write("b.onnx", seed: 1);
        Write("c.onnx", seed: 2);

        Assert.Equal(File.ReadAllBytes(folder["a.onnx"]), File.ReadAllBytes(folder["b.onnx"]));
        Assert.NotEqual(File.ReadAllBytes(folder["a.onnx"]), File.ReadAllBytes(folder["c.onnx"]));
    }

    [Fact]
    public void Write_OnSuccess_LeavesOnlyTheFile()
    {
        Write("a.onnx", seed: 1);

        Assert.Equal(["a.onnx"], folder.Files);
    }

    [Fact]
    public void Write_File_HasTheContract()
    {
        Write("a.onnx", seed: 1);

        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder["a.onnx"]));

        Assert.Equal(8, model.IrVersion);
        Assert.Equal(("", 17), (Assert.Single(model.OpsetImport).Domain, model.OpsetImport[0].Version));
        Assert.Equal("FcnService", model.ProducerName);
        Assert.Matches(@"^\d+\.\d+\.\d+$", model.ProducerVersion);
        Assert.Equal("image: float [batch, 3, height, width]", Describe(Assert.Single(model.Graph.Input)));
        Assert.Equal("logits: float [batch, 5, height, width]", Describe(Assert.Single(model.Graph.Output)));
        Assert.DoesNotContain(model.Graph.Node, node => node.OpType is "Dropout" or "Identity");
        var metadata = Assert.Single(model.MetadataProps);
        Assert.Equal(ModelDescription.MetadataKey, metadata.Key);
        Assert.Equal(OnnxModels.Describe(OnnxModels.Tiny).ToJson(), metadata.Value);
    }

    [Fact]
    public void Write_DescriptionWithLabels_GivesThem()
    {
        OnnxWriter.Write(
            folder["a.onnx"],
            Initialization.Create(OnnxModels.Tiny, seed: 1),
            OnnxModels.Describe(OnnxModels.Tiny, kind: OutputKind.Labels));

        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder["a.onnx"]));

        Assert.Equal($"labels: {(int)TensorProto.Types.DataType.Uint8} [batch, height, width]", Describe(Assert.Single(model.Graph.Output)));
    }

    public static TheoryData<string, bool, WeightPrecision, OutputKind> EachModel
    {
        get
        {
            var models = new TheoryData<string, bool, WeightPrecision, OutputKind>();
            foreach (var name in OnnxModels.TinyNetworks.Keys)
            {
                models.Add(name, false, WeightPrecision.Full, OutputKind.Logits);
                if (StoredFrame.Apply(OnnxModels.TinyNetworks[name]) != OnnxModels.TinyNetworks[name])
                {
                    models.Add(name, true, WeightPrecision.Full, OutputKind.Logits);
                }
            }

            models.Add("fcn8s original", true, WeightPrecision.Half, OutputKind.Logits);
            models.Add("fcn8s original", true, WeightPrecision.Half, OutputKind.Labels);
            models.Add("fcn8s original", true, WeightPrecision.HalfThroughout, OutputKind.Logits);
            models.Add("fcn8s original", true, WeightPrecision.HalfThroughout, OutputKind.Labels);
            models.Add("fcn-alexnet original", false, WeightPrecision.HalfThroughout, OutputKind.Logits);
            return models;
        }
    }

    [Theory]
    [MemberData(nameof(EachModel))]
    public void Write_File_PassesTheOnnxChecker(string name, bool isFrameStored, WeightPrecision precision, OutputKind kind)
    {
        External.RequireOnnx();
        var plain = Initialization.Create(OnnxModels.TinyNetworks[name], seed: 1);
        var weights = isFrameStored ? StoredFrame.Apply(plain) : plain;
        var network = weights.Network;
        OnnxWriter.Write(folder["a.onnx"], weights, OnnxModels.Describe(network, kind: kind), precision);
        var layers = network.Layers.SkipLast(1).Where(layer => layer.Operation is not Dropout).Select(layer => layer.Name).ToList();

        var (exitCode, output, error) = External.Run(External.Python,
        [
            "-c",
            """
            import sys, onnx
            onnx.checker.check_model(sys.argv[1], full_check=True)
            model = onnx.shape_inference.infer_shapes(onnx.load(sys.argv[1]), strict_mode=True)
            shapes = {value.name: value.type.tensor_type.shape for value in model.graph.value_info}
            for node in model.graph.node:
                for name in node.output:
                    if name in sys.argv[2:]:
                        print(name, shapes[name].dim[1].dim_value, len(shapes[name].dim))
            """,
            folder["a.onnx"],
            .. layers,
        ]);

        // What is inferred of each layer's output in between: four axes, and the network's channels.
        Assert.True(exitCode == 0, error);
        Assert.Equal(
            layers.Select(name => $"{name} {network.FeatureMapOf(name).Channels} 4"),
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Write_AboveTheLimit_PutsWeightsIntoASecondFileThatOnnxRuntimeFinds()
    {
        var network = OnnxModels.TinyNetworks["fcn8s original"];
        var weights = OnnxModels.WithoutZeros(network, seed: 1);
        var image = FloatImage.Random(3, 37, 53, seed: 2, scale: 128);
        var alone = OnnxWriter.Write(folder["alone.onnx"], weights, OnnxModels.Describe(network));

        var half = 4 * network.ParameterCount / 2;
        var bytes = OnnxWriter.Write(folder["model.onnx"], weights, OnnxModels.Describe(network), WeightPrecision.Full, mostWeightBytes: half);

        Assert.Equal(["alone.onnx", "model.onnx", "model.onnx.data"], folder.Files.Order());
        var (model, data) = (new FileInfo(folder["model.onnx"]).Length, new FileInfo(folder["model.onnx.data"]).Length);
        using (var listed = WeightFile.Open(folder["model.onnx"]))
        {
            Assert.Contains(listed.Tensors, tensor => tensor.Name == "fc6.weight");
        }

        Assert.Equal((bytes, true), (model + data, model < alone / 2 && data > alone / 2));
        Assert.Equal(OnnxModels.Run(folder["alone.onnx"], image).Values, OnnxModels.Run(folder["model.onnx"], image).Values);
    }

    [Fact]
    public void Write_TwoFiles_PassTheOnnxChecker()
    {
        External.RequireOnnx();
        OnnxWriter.Write(
            folder["a.onnx"],
            Initialization.Create(OnnxModels.Tiny, seed: 1),
            OnnxModels.Describe(OnnxModels.Tiny),
            WeightPrecision.Full,
            mostWeightBytes: 0);

        var (exitCode, output, error) = External.Run(External.Python,
        [
            "-c",
            """
            import sys, onnx, onnx.numpy_helper
            onnx.checker.check_model(sys.argv[1], full_check=True)
            weight = next(w for w in onnx.load(sys.argv[1]).graph.initializer if w.name == "fc6.weight")
            print(sum(onnx.numpy_helper.to_array(weight).flatten()))
            """,
            folder["a.onnx"],
        ]);

        Assert.True(exitCode == 0, error);
        var weight = Initialization.Create(OnnxModels.Tiny, seed: 1)["fc6.weight"].Values.ToArray();
        Assert.Equal(weight.Sum(value => (double)value), double.Parse(output, CultureInfo.InvariantCulture), tolerance: 1e-2);
    }

    [Fact]
    public void RefuseTooLarge_TensorAboveTheLargestArray_NamesIt()
    {
        var network = Fcn.Fcn8s(classes: 21, width: 16, fcChannels: 65536);

        var fault = Assert.Throws<ExportException>(() => OnnxWriter.RefuseTooLarge(network)).Message;

        Assert.Equal($"Tensor \"fc6.weight\" of fcn8s would take 105226698752 bytes; expected at most {Array.MaxLength}.", fault);
    }

    [Fact]
    public void RefuseTooLarge_NetworkAbove2GiBInSmallerTensors_Passes()
    {
        var network = Fcn.Fcn8s(classes: 21, width: 4, fcChannels: 4096);

        OnnxWriter.RefuseTooLarge(network);

        Assert.True(network.ParameterCount * 4 > int.MaxValue);
    }

    private void Write(string file, int seed) =>
        OnnxWriter.Write(folder[file], Initialization.Create(OnnxModels.Tiny, seed), OnnxModels.Describe(OnnxModels.Tiny));

    private static string Describe(ValueInfoProto value)
    {
        var type = value.Type.TensorType;
        var shape = type.Shape.Dim.Select(dimension => dimension.HasDimParam ? dimension.DimParam : $"{dimension.DimValue}");
        return $"{value.Name}: {(type.ElemType == 1 ? "float" : type.ElemType)} [{string.Join(", ", shape)}]";
    }
}
