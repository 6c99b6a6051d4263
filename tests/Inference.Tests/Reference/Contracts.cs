using FcnService.Inference.Geometry;
using FcnService.Inference.Masks;
using FcnService.Inference.Models;

namespace FcnService.Inference.Tests.Reference;

/// <summary>Contracts of models that are not there.</summary>
internal static class Contracts
{
    /// <summary>A model of logits that takes any size.</summary>
    public static ModelContract Of(params IReadOnlyList<string> classes) => new()
    {
        Input = new InputContract("input", TensorLayout.Nchw, ChannelOrder.Rgb, [0, 0, 0], [1, 1, 1]),
        Output = new OutputContract("output", TensorLayout.Nchw, OutputKind.Logits, null),
        SizePolicy = new AnySize(1, 1024),
        Classes = classes,
        Palette = Palette.Voc,
        Void = 255,
    };

    /// <summary>The same, giving labels.</summary>
    public static ModelContract WithLabels(this ModelContract contract) => contract with { Output = contract.Output with { Kind = OutputKind.Labels } };
}
