using FcnService.Export.Networks;
using FcnService.Inference.Masks;
using FcnService.Inference.Models;

namespace FcnService.Export.Onnx;

/// <summary>What exported models say about themselves to the service.</summary>
public static class Metadata
{
    private const int VoidLabel = 255;
    private const int MaxSide = 1024;

    /// <summary>Describes a network as <see cref="OnnxWriter"/> writes it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="input">The images that its weights were trained on: channel order, mean, deviation.</param>
    /// <param name="classes">The class names by label, as many as the network has.</param>
    /// <param name="license">The terms that the weights come under; null to say nothing of them.</param>
    /// <param name="upsampling">How its scores lie on the image; null if there is one for every pixel.</param>
    /// <param name="kind">What the graph gives.</param>
    /// <exception cref="ExportException">There are more or fewer names than classes.</exception>
    public static ModelDescription Describe(
        Network network,
        InputDescription input,
        IReadOnlyList<string> classes,
        string? license,
        Upsampling? upsampling = null,
        OutputKind kind = OutputKind.Logits)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(classes);
        if (classes.Count != network.Output.Channels)
        {
            throw new ExportException(
                $"There are {classes.Count} class names; expected {network.Output.Channels}, one for each class of {network.Name}.");
        }

        return new ModelDescription
        {
            Input = input with { Tensor = OnnxGraph.InputName, Layout = TensorLayout.Nchw },
            Output = new OutputDescription
            {
                Tensor = kind == OutputKind.Labels ? OnnxGraph.LabelsName : OnnxGraph.LogitsName,
                Layout = kind == OutputKind.Labels ? null : TensorLayout.Nchw,
                Kind = kind,
                Upsample = upsampling,
            },
            MultipleOf = network.SizeMultiple,
            MaxSide = MaxSide,
            Void = VoidLabel,
            Classes = classes,
            Palette = Palette.Voc,
            License = license,
        };
    }
}
