using FcnService.Export.Tests.Onnx;
using FcnService.Export.Weights;

namespace FcnService.Export.Tests.Weights;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Write_Weights_AreReadBack()
    {
        var weights = OnnxModels.WithoutZeros(OnnxModels.Tiny, seed: 5);

        SafetensorsWriter.Write(folder["weights.safetensors"], weights.Tensors);

        var tensors = Safetensors.Read(folder["weights.safetensors"]).ToDictionary(tensor => tensor.Name);
        Assert.Equal(OnnxModels.Tiny.Parameters.Concat(OnnxModels.Tiny.FixedParameters).Select(parameter => parameter.Name).Order(), tensors.Keys.Order());
        Assert.All(tensors.Values, tensor => Assert.Equal(weights[tensor.Name].Data.ToArray(), tensor.Data.ToArray()));
    }

    [Fact]
    public void Write_Header_EndsAtAMultipleOfEight()
    {
        SafetensorsWriter.Write(folder["weights.safetensors"], OnnxModels.WithoutZeros(OnnxModels.Tiny, seed: 5).Tensors);

        Assert.Equal(0L, BitConverter.ToInt64(File.ReadAllBytes(folder["weights.safetensors"]), 0) % 8);
    }
}
