using FcnService.Api.OpenInference;
using FcnService.Inference;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;

namespace FcnService.Api.Tests.OpenInference;

public sealed class ModelTensorsTests
{
    [Theory]
    [InlineData("deeplabv3-mobilenet-voc21", "sub_7 [1, 257, 257, 3]", "ResizeBilinear_3 [1, 257, 257, 21]")]
    [InlineData("portrait-deeplab", "MobilenetV2/MobilenetV2/input:0 [1, 3, 513, 513]", "transpose:0 [1, 2, 513, 513]")]
    public void Describe_ModelOfOthers_TellsItsTensorsBesideTheServices(string name, string input, string output)
    {
        var session = ModelSession.Load(SharedData.Require("models", $"{name}.onnx"), new SessionSettings());
        using var segmenter = new Segmenter(session, new ImageDecoder(new ImageLimits()));

        var metadata = ModelTensors.Describe(segmenter);

        Assert.Equal(name, metadata.Name);
        Assert.Equal([("photo [1]", "BYTES"), (input, "FP32")], metadata.Inputs.Select(Tell));
        Assert.Equal([("labels [1, -1, -1]", "UINT8"), ("mask [1]", "BYTES"), (output, "FP32")], metadata.Outputs.Select(Tell));
        Assert.Equal(["photo", "photo", metadata.Inputs[1].Name], metadata.Outputs.Select(one => one.Parameters!.Input));
    }

    private static (string Tensor, string Datatype) Tell(TensorMetadata tensor) => ($"{tensor.Name} [{string.Join(", ", tensor.Shape)}]", tensor.Datatype);
}
