namespace FcnService.Export.Networks;

/// <summary>
/// Fully convolutional networks (Long, Shelhamer and Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR 2015),
/// with the layers, names and crop offsets of shelhamer/fcn.berkeleyvision.org. Each gives logits [N, classes, height, width] for an
/// image [N, 3, height, width] of any size in <see cref="PaddingVariant.Original"/> padding, and of sides that are multiples of 32 in
/// <see cref="PaddingVariant.Same"/>.
/// <para>
/// Parameters are the number of classes, 1 to 255 (a label is a byte, and 255 means "no class"); the width that multiplies the trunk's
/// channels, a multiple of 1/64 (AlexNet: 1/16), above 0, at most 16; and the channels of fc6 and fc7, 1 to 65536. What is out of its
/// range is an <see cref="ExportException"/>.
/// </para>
/// </summary>
public static class Fcn
{
    private const int PublishedFcChannels = 4096;

    /// <summary>What is subtracted from an image's channels (blue, green, red), on the scale 0 to 255. Source: voc_layers.py.</summary>
    public static IReadOnlyList<float> MeanBgr { get; } = [104.00699f, 116.66877f, 122.67892f];

    /// <summary>FCN-32s on VGG16: the scores of stride 32, upsampled in one step.</summary>
    public static Network Fcn32s(
        int classes, double width = 1, int fcChannels = PublishedFcChannels, PaddingVariant padding = PaddingVariant.Same) =>
        new("fcn32s", OnVgg16(classes, width, fcChannels, padding)
            .Score()
            .Upsample("upscore", factor: 32)
            .CropToImage(offset: 19)
            .Layers);

    /// <summary>FCN-16s on VGG16: the scores of stride 32 and of pool4, upsampled from stride 16.</summary>
    public static Network Fcn16s(
        int classes, double width = 1, int fcChannels = PublishedFcChannels, PaddingVariant padding = PaddingVariant.Same) =>
        new("fcn16s", OnVgg16(classes, width, fcChannels, padding)
            .Score()
            .Upsample("upscore2", factor: 2)
            .Fuse("pool4", offset: 5)
            .Upsample("upscore16", factor: 16)
            .CropToImage(offset: 27)
            .Layers);

    /// <summary>FCN-8s on VGG16: the scores of stride 32, of pool4 and of pool3, upsampled from stride 8.</summary>
    public static Network Fcn8s(
        int classes, double width = 1, int fcChannels = PublishedFcChannels, PaddingVariant padding = PaddingVariant.Same) =>
        Fcn8s("fcn8s", scaleOfPool4: null, scaleOfPool3: null, classes, width, fcChannels, padding);

    /// <summary>
    /// FCN-8s as it is trained in one go instead of after FCN-16s: features of pool4 and pool3, which are larger than those of fc7, are
    /// scaled down before they are scored.
    /// </summary>
    public static Network Fcn8sAtOnce(
        int classes, double width = 1, int fcChannels = PublishedFcChannels, PaddingVariant padding = PaddingVariant.Same) =>
        Fcn8s("fcn8s-atonce", scaleOfPool4: 0.01f, scaleOfPool3: 0.0001f, classes, width, fcChannels, padding);

    /// <summary>FCN-AlexNet: the scores of stride 32, upsampled in one step; in the authors' padding only.</summary>
    public static Network FcnAlexNet(int classes, double width = 1, int fcChannels = PublishedFcChannels)
    {
        RefuseImpossible(classes);
        return new("fcn-alexnet", new FcnHead(AlexNet.Trunk(new(width, fcChannels)), classes, PaddingVariant.Original)
            .Score()
            .Upsample("upscore", factor: 32, kernel: 63)
            .CropToImage(offset: 18)
            .Layers);
    }

    private static Network Fcn8s(
        string name, float? scaleOfPool4, float? scaleOfPool3, int classes, double width, int fcChannels, PaddingVariant padding) =>
        new(name, OnVgg16(classes, width, fcChannels, padding)
            .Score()
            .Upsample("upscore2", factor: 2)
            .Fuse("pool4", offset: 5, scaleOfPool4)
            .Upsample("upscore_pool4", factor: 2)
            .Fuse("pool3", offset: 9, scaleOfPool3)
            .Upsample("upscore8", factor: 8)
            .CropToImage(offset: 31)
            .Layers);

    private static FcnHead OnVgg16(int classes, double width, int fcChannels, PaddingVariant padding)
    {
        RefuseImpossible(classes);
        return new FcnHead(Vgg16.Trunk(new(width, fcChannels), padding), classes, padding);
    }

    private static void RefuseImpossible(int classes)
    {
        if (classes is < 1 or > 255)
        {
            throw new ExportException($"The number of classes is {classes}; expected 1 to 255.");
        }
    }
}
