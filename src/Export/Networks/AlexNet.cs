namespace FcnService.Export.Networks;

/// <summary>
/// AlexNet as CaffeNet has it, with the normalisation after the pooling (Krizhevsky, Sutskever and Hinton, "ImageNet Classification with
/// Deep Convolutional Neural Networks", NIPS 2012), its fully connected layers turned into convolutions as in
/// shelhamer/fcn.berkeleyvision.org, voc-fcn-alexnet/net.py.
/// </summary>
internal static class AlexNet
{
    /// <summary>
    /// The greatest common divisor of half the channels of all layers; the widths that make it whole make all channels even, for
    /// layers with two groups.
    /// </summary>
    private const int CommonChannels = 16;

    /// <summary>The trunk up to and with the dropout after fc7, in the authors' padding: 100 zeros around the image.</summary>
    /// <param name="size">Its width, a multiple of 1/16, and the channels of fc6 and fc7.</param>
    /// <exception cref="ExportException">The size is out of its range.</exception>
    public static LayerChain Trunk(TrunkSize size)
    {
        size.RefuseImpossible(parts: CommonChannels);
        var pool = new MaxPool(Kernel: 3, Stride: 2);
        var normalization = new LocalResponseNormalization(Size: 5, Alpha: 1e-4f, Beta: 0.75f);
        return new LayerChain()
            .Then("conv1", new Convolution(size.Channels(96), Kernel: 11, Padding: 100, Stride: 4))
            .Then("relu1", new Relu())
            .Then("pool1", pool)
            .Then("norm1", normalization)
            .Then("conv2", new Convolution(size.Channels(256), Kernel: 5, Padding: 2, Groups: 2))
            .Then("relu2", new Relu())
            .Then("pool2", pool)
            .Then("norm2", normalization)
            .Then("conv3", new Convolution(size.Channels(384), Kernel: 3, Padding: 1))
            .Then("relu3", new Relu())
            .Then("conv4", new Convolution(size.Channels(384), Kernel: 3, Padding: 1, Groups: 2))
            .Then("relu4", new Relu())
            .Then("conv5", new Convolution(size.Channels(256), Kernel: 3, Padding: 1, Groups: 2))
            .Then("relu5", new Relu())
            .Then("pool5", pool)
            .Then("fc6", new Convolution(size.FcChannels, Kernel: 6))
            .Then("relu6", new Relu())
            .Then("drop6", new Dropout(0.5))
            .Then("fc7", new Convolution(size.FcChannels, Kernel: 1))
            .Then("relu7", new Relu())
            .Then("drop7", new Dropout(0.5));
    }
}
