namespace FcnService.Export.Networks;

/// <summary>
/// VGG16 (Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015, configuration D),
/// its fully connected layers turned into convolutions as in shelhamer/fcn.berkeleyvision.org, voc-fcn8s/net.py.
/// </summary>
internal static class Vgg16
{
    /// <summary>The first convolution's channels; the widths that make it whole make all of them whole.</summary>
    private const int NarrowestChannels = 64;

    private static readonly (int Convolutions, int Channels)[] Groups = [(2, NarrowestChannels), (2, 128), (3, 256), (3, 512), (3, 512)];

    /// <summary>The trunk up to and with the dropout after fc7.</summary>
    /// <param name="size">Its width, a multiple of 1/64, and the channels of fc6 and fc7.</param>
    /// <param name="padding">Whether every convolution keeps its input's size, or conv1_1 adds to it and fc6 takes off.</param>
    /// <exception cref="ExportException">The size is out of its range.</exception>
    public static LayerChain Trunk(TrunkSize size, PaddingVariant padding)
    {
        size.RefuseImpossible(parts: NarrowestChannels);
        var (firstPadding, fc6Padding) = padding == PaddingVariant.Original ? (100, 0) : (1, 3);
        var chain = new LayerChain();
        for (var group = 1; group <= Groups.Length; group++)
        {
            var (convolutions, channels) = Groups[group - 1];
            for (var i = 1; i <= convolutions; i++)
            {
                var isFirst = chain.Layers.Count == 0;
                chain
                    .Then($"conv{group}_{i}", new Convolution(size.Channels(channels), Kernel: 3, Padding: isFirst ? firstPadding : 1))
                    .Then($"relu{group}_{i}", new Relu());
            }

            chain.Then($"pool{group}", new MaxPool(Kernel: 2, Stride: 2));
        }

        return chain
            .Then("fc6", new Convolution(size.FcChannels, Kernel: 7, Padding: fc6Padding))
            .Then("relu6", new Relu())
            .Then("drop6", new Dropout(0.5))
            .Then("fc7", new Convolution(size.FcChannels, Kernel: 1))
            .Then("relu7", new Relu())
            .Then("drop7", new Dropout(0.5));
    }
}
