namespace FcnService.Export.Networks;

/// <summary>How a network makes its output as large as its image.</summary>
public enum PaddingVariant
{
    /// <summary>
    /// Every convolution and deconvolution is padded so that nothing is left over: for images whose sides are multiples of the coarsest
    /// stride. It takes about 60 % of the work of <see cref="Original"/> as the authors have it; weights of the original need
    /// fine-tuning, for its grid lies elsewhere.
    /// </summary>
    Same,

    /// <summary>
    /// As the FCN authors have it: 100 zeros around the image, no padding of fc6 and the deconvolutions, and crops where maps meet. For
    /// images of any size from 1×1 on.
    /// </summary>
    Original,
}
