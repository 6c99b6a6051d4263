using System.Diagnostics;
using FcnService.Export.Networks;

namespace FcnService.Export.Weights;

/// <summary>
/// The kernel of a deconvolution whose numbers of input and output channels are equal, in one of two forms: dense, from every channel to
/// every channel, [channels, channels, k, k], or per channel, from each to itself alone, [channels, 1, k, k].
/// </summary>
internal static class DeconvolutionKernel
{
    /// <summary>The per-channel shape for a dense one.</summary>
    public static Shape PerChannel(Shape dense) => new(dense.Dimensions[0], 1, dense.Dimensions[2], dense.Dimensions[3]);

    /// <summary>Whether a kernel is from each channel to itself alone.</summary>
    public static bool IsPerChannel(Tensor kernel) => kernel.Shape.Dimensions[1] == 1;

    /// <summary>The bilinear kernel for each channel.</summary>
    /// <param name="parameter">The parameter that it is for, of dense shape.</param>
    public static Tensor Bilinear(Parameter parameter)
    {
        if (parameter.Filler != Filler.Bilinear)
        {
            throw new UnreachableException($"{parameter.Name} is not a deconvolution's kernel.");
        }

        var shape = PerChannel(parameter.Shape);
        var kernel = BilinearKernel.Create(shape.Dimensions[2]);
        return Tensor.Create(parameter.Name, shape, values =>
        {
            for (var start = 0; start < values.Length; start += kernel.Length)
            {
                kernel.CopyTo(values[start..]);
            }
        });
    }

    /// <summary>
    /// The per-channel form of a kernel that is zero from every channel to every other: exactly the same sums, at a fraction of the
    /// work. A kernel that mixes channels is returned as it is.
    /// </summary>
    public static Tensor Simplify(Tensor kernel)
    {
        if (IsPerChannel(kernel) || MixesChannels(kernel))
        {
            return kernel;
        }

        var channels = kernel.Shape.Dimensions[0];
        var taps = kernel.Values.Length / channels / channels;
        return Tensor.Create(kernel.Name, PerChannel(kernel.Shape), values =>
        {
            for (var channel = 0; channel < channels; channel++)
            {
                Taps(kernel, channel, channel).CopyTo(values[(channel * taps)..]);
            }
        });
    }

    private static bool MixesChannels(Tensor kernel)
    {
        var channels = kernel.Shape.Dimensions[0];
        for (var from = 0; from < channels; from++)
        {
            for (var to = 0; to < channels; to++)
            {
                if (from != to && Taps(kernel, from, to).ContainsAnyExcept(0f))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static ReadOnlySpan<float> Taps(Tensor kernel, int from, int to)
    {
        var channels = kernel.Shape.Dimensions[0];
        var taps = kernel.Values.Length / channels / channels;
        return kernel.Values.Slice(((from * channels) + to) * taps, taps);
    }
}
