using FcnService.Inference.Models;

namespace FcnService.Export.Weights;

/// <summary>How publishers of weights name the tensors of our networks, and how they prepare their images.</summary>
/// <param name="Rename">Gives a layer's name in our networks for one of theirs; null for a layer that they lack.</param>
/// <param name="Input">The images that the weights were trained on.</param>
internal sealed record NamingScheme(Func<string, string?> Rename, InputDescription Input)
{
    /// <summary>The last convolution of torchvision's vgg16; its smaller networks end before it.</summary>
    public const string TorchvisionVgg16Marker = "features.28.weight";

    // features.0 is torchvision's first convolution; the numbers between are activations and pools.
    private static readonly Dictionary<string, string> Vgg16Layers = new(StringComparer.Ordinal)
    {
        ["features.0"] = "conv1_1",
        ["features.2"] = "conv1_2",
        ["features.5"] = "conv2_1",
        ["features.7"] = "conv2_2",
        ["features.10"] = "conv3_1",
        ["features.12"] = "conv3_2",
        ["features.14"] = "conv3_3",
        ["features.17"] = "conv4_1",
        ["features.19"] = "conv4_2",
        ["features.21"] = "conv4_3",
        ["features.24"] = "conv5_1",
        ["features.26"] = "conv5_2",
        ["features.28"] = "conv5_3",
        ["classifier.0"] = "fc6",
        ["classifier.3"] = "fc7",
    };

    /// <summary>The FCN authors' names (shelhamer/fcn.berkeleyvision.org), which wkentaro/pytorch-fcn kept.</summary>
    public static NamingScheme Authors { get; } = new(layer => layer, new InputDescription
    {
        Channels = ChannelOrder.Bgr,
        Mean = Networks.Fcn.MeanBgr,
        Std = [1, 1, 1],
    });

    /// <summary>torchvision's vgg16; its classifier of 1000 classes is left out. Means and deviations: torchvision's, times 255.</summary>
    public static NamingScheme TorchvisionVgg16 { get; } = new(Vgg16Layers.GetValueOrDefault, new InputDescription
    {
        Channels = ChannelOrder.Rgb,
        Mean = [0.485f * 255, 0.456f * 255, 0.406f * 255],
        Std = [0.229f * 255, 0.224f * 255, 0.225f * 255],
    });

    /// <summary>Our name for one of theirs, such as conv1_1.weight for features.0.weight; null for one of a layer that we lack.</summary>
    public string? OursFor(string name)
    {
        var dot = name.LastIndexOf('.');
        return dot < 0 ? Rename(name) : Rename(name[..dot]) is { } layer ? layer + name[dot..] : null;
    }
}
