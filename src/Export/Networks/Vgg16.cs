namespace FcnService.Export.Networks;

/// <summary>
/// VGG16 (Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015, configuration D),
/// its fully connected layers turned into convolutions as in shelhamer/fcn.berkeleyvision.org, voc-fcn8s/net.py.
/// </summary>
internal static class Vgg16
{
    private const double LargestWidth = 16;
    private const int MostFcChannels = 65536;

    /// <summary>The first convolution's channels; the widths that make it whole make all of them whole.</summary>
    private const int NarrowestChannels = 64;

    private static readonly (int Convolutions, int Channels)[] Groups = [(2, NarrowestChannels), (2, 128), (3, 256), (3, 512), (3, 512)];

    /// <summary>
    /// The trunk up to and with the dropout after fc7, with every convolution padded so that it keeps its input's size.
    /// </summary>
    /// <param name="width">Multiplies the channels of conv1_1 to conv5_3: a multiple of 1/64, above 0, at most 16; VGG16 has 1.</param>
    /// <param name="fcChannels">The channels of fc6 and fc7, 1 to 65536; VGG16 has 4096.</param>
    /// <exception cref="ExportException">A parameter is out of its range.</exception>
    public static LayerChain Trunk(double width, int fcChannels)
    {
        RefuseImpossible(width, fcChannels);
        var chain = new LayerChain();
        for (var group = 1; group <= Groups.Length; group++)
        {
            var (convolutions, channels) = Groups[group - 1];
            for (var i = 1; i <= convolutions; i++)
            {
                chain
                    .Then($"conv{group}_{i}", new Convolution((int)(width * channels), Kernel: 3, Padding: 1))
                    .Then($"relu{group}_{i}", new Relu());
            }

            chain.Then($"pool{group}", new MaxPool(Kernel: 2, Stride: 2));
        }

        return chain
            .Then("fc6", new Convolution(fcChannels, Kernel: 7, Padding: 3))
            .Then("relu6", new Relu())
            .Then("drop6", new Dropout(0.5))
            .Then("fc7", new Convolution(fcChannels, Kernel: 1))
            .Then("relu7", new Relu())
            .Then("drop7", new Dropout(0.5));
    }

    private static void RefuseImpossible(double width, int fcChannels)
    {
        var faults = new List<string>();
        if (width is not (> 0 and <= LargestWidth) || !double.IsInteger(width * NarrowestChannels))
        {
            faults.Add(FormattableString.Invariant(
                $"The width is {width}; expected a multiple of 1/{NarrowestChannels}, so that channels are whole numbers, up to {LargestWidth}."));
        }

        if (fcChannels is < 1 or > MostFcChannels)
        {
            faults.Add($"The number of channels of fc6 and fc7 is {fcChannels}; expected 1 to {MostFcChannels}.");
        }

        if (faults.Count > 0)
        {
            throw new ExportException(faults);
        }
    }
}
