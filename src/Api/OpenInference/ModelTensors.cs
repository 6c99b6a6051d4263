using FcnService.Inference;
using FcnService.Inference.Geometry;
using FcnService.Inference.Models;

namespace FcnService.Api.OpenInference;

/// <summary>The tensors of a model: those of the service, which are the same for every model, and the network's own.</summary>
internal static class ModelTensors
{
    /// <summary>The one version that every model has.</summary>
    public const string Version = "1";

    /// <summary>The input that takes an encoded photo: BYTES [1].</summary>
    public const string Photo = "photo";

    /// <summary>The output with the label of every pixel of a photo: UINT8 [1, height, width].</summary>
    public const string Labels = "labels";

    /// <summary>The output with a photo's mask as PNG, as <c>POST /segment</c> answers it: BYTES [1].</summary>
    public const string Mask = "mask";

    /// <summary>What a model takes and gives.</summary>
    public static ModelMetadata Describe(Segmenter segmenter)
    {
        var contract = segmenter.Contract;
        var own = contract.Input.Tensor;
        var output = segmenter.Graph.Outputs.Single(tensor => tensor.Name == contract.Output.Tensor);
        return new ModelMetadata(
            segmenter.Name,
            [Version],
            "onnxruntime_onnx",
            [
                new TensorMetadata(Photo, Datatype.Bytes.Name, [1]),
                new TensorMetadata(own, Datatype.Fp32.Name, InputShape(contract)),
            ],
            [
                new TensorMetadata(Labels, Datatype.UInt8.Name, [1, -1, -1], new OutputParameters(Photo)),
                new TensorMetadata(Mask, Datatype.Bytes.Name, [1], new OutputParameters(Photo)),
                new TensorMetadata(output.Name, Datatype.Of(output.ElementType).Name, OutputShape(contract, output), new OutputParameters(own)),
            ]);
    }

    private static long[] InputShape(ModelContract contract)
    {
        var (height, width) = contract.SizePolicy switch
        {
            Stretched stretched => (stretched.Size.Height, stretched.Size.Width),
            Letterboxed letterboxed => (letterboxed.Size.Height, letterboxed.Size.Width),
            _ => (-1, -1),
        };
        return contract.Input.Layout == TensorLayout.Nchw ? [Batch(contract), 3, height, width] : [Batch(contract), height, width, 3];
    }

    private static long[] OutputShape(ModelContract contract, TensorSignature output) =>
        [Batch(contract), .. output.Shape.Skip(1).Select(side => side < 0 ? -1L : side)];

    private static long Batch(ModelContract contract) => contract.Input.TakesBatches ? -1 : 1;
}
