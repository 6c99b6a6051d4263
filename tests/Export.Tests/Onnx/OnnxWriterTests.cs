using FcnService.Export.Networks;
using FcnService.Export.Onnx;
using FcnService.Export.Weights;
using FcnService.Inference.Models;

namespace FcnService.Export.Tests.Onnx;

public sealed class OnnxWriterTests : IDisposable
{
    private const string Python = "/usr/bin/python3";

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
    public void Write_File_PassesTheOnnxChecker()
    {
        var hasChecker = File.Exists(Python) && External.Run(Python, ["-c", "import onnx"]).ExitCode == 0;
        Assert.SkipUnless(hasChecker, $"needs the onnx module of {Python}");
        Write("a.onnx", seed: 1);

        var (exitCode, output, error) = External.Run(Python,
        [
            "-c",
            """
            import sys, onnx
            onnx.checker.check_model(sys.argv[1], full_check=True)
            model = onnx.shape_inference.infer_shapes(onnx.load(sys.argv[1]), strict_mode=True)
            print(len(model.graph.node), len(model.graph.initializer))
            """,
            folder["a.onnx"],
        ]);

        Assert.True(exitCode == 0, error);
        // The 45 layers without two dropouts; a weight and a bias of 18 convolutions, and a weight of 3 deconvolutions.
        Assert.Equal("43 39", output.Trim());
    }

    [Fact]
    public void RefuseTooLarge_Above2GiB_Throws()
    {
        var network = Fcn.Fcn8s(classes: 21, width: 4, fcChannels: 4096);

        var fault = Assert.Throws<ExportException>(() => OnnxWriter.RefuseTooLarge(network)).Message;

        Assert.Contains($"The weights of fcn8s would take {network.ParameterCount * 4} bytes; expected at most", fault);
    }

    [Fact]
    public void RefuseTooLarge_FullFcn8s_Passes() => OnnxWriter.RefuseTooLarge(Fcn.Fcn8s(classes: 21));

    private void Write(string file, int seed) =>
        OnnxWriter.Write(folder[file], Initialization.Create(OnnxModels.Tiny, seed), OnnxModels.Describe(OnnxModels.Tiny));

    private static string Describe(ValueInfoProto value)
    {
        var type = value.Type.TensorType;
        var shape = type.Shape.Dim.Select(dimension => dimension.HasDimParam ? dimension.DimParam : $"{dimension.DimValue}");
        return $"{value.Name}: {(type.ElemType == 1 ? "float" : type.ElemType)} [{string.Join(", ", shape)}]";
    }
}
