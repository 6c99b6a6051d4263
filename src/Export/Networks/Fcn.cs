namespace FcnService.Export.Networks;

/// <summary>
/// Fully convolutional networks (Long, Shelhamer and Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR 2015),
/// with the layers and names of shelhamer/fcn.berkeleyvision.org.
/// </summary>
public static class Fcn
{
    /// <summary>What is subtracted from an image's channels (blue, green, red), on the scale 0 to 255. Source: voc_layers.py.</summary>
    public static IReadOnlyList<float> MeanBgr { get; } = [104.00699f, 116.66877f, 122.67892f];

    /// <summary>
    /// FCN-8s on VGG16. Every convolution and deconvolution is padded so that nothing needs to be cropped: an image
    /// [N, 3, height, width] whose sides are multiples of 32 gives logits [N, classes, height, width].
    /// </summary>
    /// <param name="classes">The number of classes, 1 to 255: a label is a byte, and 255 means "no class".</param>
    /// <param name="width">Multiplies VGG16's channels: a multiple of 1/64, above 0, at most 16.</param>
    /// <param name="fcChannels">The channels of fc6 and fc7, 1 to 65536.</param>
    /// <exception cref="ExportException">A parameter is out of its range.</exception>
    public static Network Fcn8s(int classes, double width = 1, int fcChannels = 4096)
    {
        if (classes is < 1 or > 255)
        {
            throw new ExportException($"The number of classes is {classes}; expected 1 to 255.");
        }

        // The authors' nets name no filler for these layers, and Caffe's default is zero.
        var score = new Convolution(classes, Kernel: 1, Filler: Filler.Zero);
        var upsampleTwofold = new BilinearDeconvolution(Kernel: 4, Stride: 2, Padding: 1);
        var upsampleEightfold = new BilinearDeconvolution(Kernel: 16, Stride: 8, Padding: 4);

        var chain = Vgg16.Trunk(width, fcChannels)
            .Then("score_fr", score)
            .Then("upscore2", upsampleTwofold)
            .Then("score_pool4", score, "pool4")
            .Then("fuse_pool4", new Add(), "upscore2", "score_pool4")
            .Then("upscore_pool4", upsampleTwofold)
            .Then("score_pool3", score, "pool3")
            .Then("fuse_pool3", new Add(), "upscore_pool4", "score_pool3")
            .Then("upscore8", upsampleEightfold);
        return new Network("fcn8s", chain.Layers);
    }
}
