using FcnService.Inference.Geometry;
using FcnService.Inference.Masks;

namespace FcnService.Inference.Models;

/// <summary>Everything that serving a model needs to know, settled and checked against its graph (<see cref="ModelContractResolver"/>).</summary>
public sealed record ModelContract
{
    /// <summary>The tensor that takes the photo: float32, one image.</summary>
    public required InputContract Input { get; init; }

    /// <summary>The tensor that gives the classes.</summary>
    public required OutputContract Output { get; init; }

    /// <summary>Which sizes the network takes.</summary>
    public required SizePolicy SizePolicy { get; init; }

    /// <summary>The class names, by label; 1 to 255 of them.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>The colours of the mask.</summary>
    public required Palette Palette { get; init; }

    /// <summary>The label that stands for "no class".</summary>
    public required byte Void { get; init; }

    /// <summary>The label of what is none of the things that are looked for: the class named "background", or else <see cref="Void"/>.</summary>
    public byte Background =>
        Classes.Index().Where(named => named.Item.Equals("background", StringComparison.OrdinalIgnoreCase)).Select(named => (byte?)named.Index).FirstOrDefault()
        ?? Void;

    /// <summary>The terms that the weights come under, or null if the model does not say.</summary>
    public string? License { get; init; }
}

/// <summary>A model's input.</summary>
/// <param name="Tensor">Its name in the graph.</param>
/// <param name="Layout">Its axes.</param>
/// <param name="Channels">Its channel order.</param>
/// <param name="Mean">Subtracted from the values 0 to 255, by channel of the tensor.</param>
/// <param name="Std">Divided by afterwards, by channel of the tensor.</param>
/// <param name="TakesBatches">Whether several images can run together.</param>
public sealed record InputContract(
    string Tensor, TensorLayout Layout, ChannelOrder Channels, IReadOnlyList<float> Mean, IReadOnlyList<float> Std, bool TakesBatches = false);

/// <summary>A model's output.</summary>
/// <param name="Tensor">Its name in the graph.</param>
/// <param name="Layout">Its axes; without meaning for labels.</param>
/// <param name="Kind">What its values are.</param>
/// <param name="Upsample">Where a coarser grid lies, or null if the output spans the whole input.</param>
public sealed record OutputContract(string Tensor, TensorLayout Layout, OutputKind Kind, Upsampling? Upsample)
{
    /// <summary>Whether it tells how sure the network is: labels alone do not.</summary>
    public bool HasScores => Kind != OutputKind.Labels;
}
