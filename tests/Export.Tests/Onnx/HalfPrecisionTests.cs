using FcnService.Export.Onnx;
using FcnService.Export.Tests.Reference;
using DataType = FcnService.Export.Onnx.TensorProto.Types.DataType;

namespace FcnService.Export.Tests.Onnx;

public sealed class HalfPrecisionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Networks => [.. OnnxModels.TinyNetworks.Keys];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Networks))]
    public void ApplyTo_EachNetwork_ScoresWithinTheRoundingOf16Bits(string name)
    {
        var weights = OnnxModels.WithoutZeros(OnnxModels.TinyNetworks[name], seed: 3);
        var description = OnnxModels.Describe(weights.Network);
        var image = FloatImage.Random(3, 64, 96, seed: 4, scale: 128);
        OnnxWriter.Write(folder["single.onnx"], weights, description);
        OnnxWriter.Write(folder["half.onnx"], weights, description, WeightPrecision.HalfThroughout);

        var (single, half) = (OnnxModels.Run(folder["single.onnx"], image), OnnxModels.Run(folder["half.onnx"], image));

        Assert.NotEqual(single.Values, half.Values);
        var largest = single.Values.Max(Math.Abs);
        Assert.All(single.Values.Zip(half.Values), pair => Assert.InRange(pair.Second - pair.First, -0.01 * largest, 0.01 * largest));
    }

    [Fact]
    public void ApplyTo_Graph_LeavesNoFloatOf32BitsInside()
    {
        var graph = OnnxGraph.Build(OnnxModels.WithoutZeros(OnnxModels.Tiny, seed: 3), WeightPrecision.HalfThroughout);

        Assert.DoesNotContain(graph.Initializer, tensor => tensor.DataType == (int)DataType.Float);
        Assert.All(graph.Input.Concat(graph.Output), value => Assert.Equal((int)DataType.Float, value.Type.TensorType.ElemType));
        Assert.All(graph.ValueInfo, value => Assert.Equal((int)DataType.Float16, value.Type.TensorType.ElemType));
        var casts = graph.Node.Where(node => node.OpType == "Cast").Select(node => (node.Input[0], node.Output[0]));
        Assert.Equal([("image", "image.half"), ("logits.half", "logits")], casts);
    }

    [Fact]
    public void ApplyTo_ConstantBeyond16Bits_SaysWhich()
    {
        var graph = new GraphProto { Initializer = { OnnxTensors.Scalar("factor", 1e6f) } };

        var fault = Assert.Throws<ExportException>(() => HalfPrecision.ApplyTo(graph));

        Assert.Contains("\"factor\" holds 1000000", fault.Message, StringComparison.Ordinal);
    }
}
