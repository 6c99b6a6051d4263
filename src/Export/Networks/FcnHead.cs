namespace FcnService.Export.Networks;

/// <summary>Writes down the layers that turn a trunk's features into scores of the image's size.</summary>
/// <param name="chain">The trunk; the layers are added to it.</param>
/// <param name="classes">The number of classes.</param>
/// <param name="padding">Whether maps are cropped where they meet, or fit.</param>
internal sealed class FcnHead(LayerChain chain, int classes, PaddingVariant padding)
{
    // The authors' nets name no filler for these layers, and Caffe's default is zero.
    private readonly Convolution score = new(classes, Kernel: 1, Filler: Filler.Zero);

    /// <summary>The layers so far, with the trunk's.</summary>
    public IReadOnlyList<Layer> Layers => chain.Layers;

    /// <summary>Scores the trunk's last features.</summary>
    public FcnHead Score()
    {
        chain.Then("score_fr", score);
        return this;
    }

    /// <summary>Upsamples the last layer's scores, with a kernel of twice the factor unless told otherwise.</summary>
    public FcnHead Upsample(string name, int factor, int? kernel = null)
    {
        chain.Then(name, new BilinearDeconvolution(kernel ?? 2 * factor, factor, padding == PaddingVariant.Same ? factor / 2 : 0));
        return this;
    }

    /// <summary>Adds the scores of a pooling layer's features, which are finer, to the last layer's.</summary>
    /// <param name="pool">The pooling layer's name.</param>
    /// <param name="offset">Where, in the pooling layer's scores, the last layer's begin in the authors' padding.</param>
    /// <param name="scale">What the features are multiplied by first; null for nothing.</param>
    public FcnHead Fuse(string pool, int offset, float? scale = null)
    {
        var coarse = chain.Last;
        var features = pool;
        if (scale is { } factor)
        {
            features = $"scale_{pool}";
            chain.Then(features, new Scale(factor), pool);
        }

        chain.Then($"score_{pool}", score, features);
        if (padding == PaddingVariant.Original)
        {
            chain.Then($"score_{pool}c", new Crop(offset), chain.Last, coarse);
        }

        chain.Then($"fuse_{pool}", new Add(), coarse, chain.Last);
        return this;
    }

    /// <summary>Makes the last layer's scores the network's: cropped to the image in the authors' padding, as they are otherwise.</summary>
    /// <param name="offset">Where, in the last layer's scores, the image begins in the authors' padding.</param>
    public FcnHead CropToImage(int offset)
    {
        if (padding == PaddingVariant.Original)
        {
            chain.Then("score", new Crop(offset), chain.Last, Network.Input);
        }

        return this;
    }
}
