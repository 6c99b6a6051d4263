namespace FcnService.Export.Networks;

/// <summary>A tensor of a network's weights.</summary>
/// <param name="Name">The layer's name, a dot, and "weight" or "bias".</param>
/// <param name="Shape">
/// Weights: [output channels, input channels of a group, height, width]; of deconvolutions: [input channels, output channels, height,
/// width]; biases: [output channels].
/// </param>
/// <param name="Filler">What it holds before training.</param>
public sealed record Parameter(string Name, Shape Shape, Filler Filler);

/// <summary>What a parameter holds before training; "filler" is Caffe's word for it.</summary>
public enum Filler
{
    /// <summary>Zeros.</summary>
    Zero,

    /// <summary>
    /// Normally distributed, mean 0, variance 2 / (input channels · kernel height · kernel width).
    /// Source: He et al., "Delving Deep into Rectifiers", ICCV 2015, equation 10.
    /// </summary>
    HeNormal,

    /// <summary>A <see cref="Weights.BilinearKernel"/> from each channel to itself, zeros from each to the others.</summary>
    Bilinear,
}
