using FcnService.Export.Networks;

namespace FcnService.Export.Commands;

/// <summary>A network that commands can be asked for.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="Description">What it is, in a sentence.</param>
/// <param name="Trunk">What its channels come from.</param>
/// <param name="WidthParts">Its width is a multiple of one by this.</param>
/// <param name="Paddings">The padding variants that it exists in; the first is the default.</param>
/// <param name="Create">Makes it: the number of classes, the width, the channels of fc6 and fc7, the padding.</param>
internal sealed record NetworkChoice(
    string Name,
    string Description,
    string Trunk,
    int WidthParts,
    IReadOnlyList<PaddingVariant> Paddings,
    Func<int, double, int, PaddingVariant, Network> Create)
{
    /// <summary>All there are.</summary>
    public static IReadOnlyList<NetworkChoice> All { get; } =
    [
        OnVgg16("fcn32s", "FCN-32s on VGG16: scores of stride 32.", Fcn.Fcn32s),
        OnVgg16("fcn16s", "FCN-16s on VGG16: scores of strides 32 and 16.", Fcn.Fcn16s),
        OnVgg16("fcn8s", "FCN-8s on VGG16: scores of strides 32, 16 and 8.", Fcn.Fcn8s),
        OnVgg16("fcn8s-atonce", "FCN-8s on VGG16 as it is trained in one go.", Fcn.Fcn8sAtOnce),
        new(
            "fcn-alexnet",
            "FCN-AlexNet: scores of stride 32.",
            "AlexNet",
            WidthParts: 16,
            [PaddingVariant.Original],
            (classes, width, fcChannels, _) => Fcn.FcnAlexNet(classes, width, fcChannels)),
    ];

    private static NetworkChoice OnVgg16(string name, string description, Func<int, double, int, PaddingVariant, Network> create) =>
        new(name, description, "VGG16", WidthParts: 64, [PaddingVariant.Same, PaddingVariant.Original], create);
}
