using FcnService.Export.Networks;
using FcnService.Export.Weights;
using FcnService.Inference.Models;

namespace FcnService.Export.Onnx;

/// <summary>
/// A network that stops before its last upsampling, which makes most of its output's bytes and decides nothing: it is linear, so whoever
/// has the coarse scores can interpolate and compare them in one go.
/// </summary>
/// <remarks>
/// A deconvolution by a factor f with the bilinear kernel of side 2f is a linear resize by f with half-pixel centres, but for its outermost
/// f/2 positions, where it multiplies all classes by one positive number. So labels are the same everywhere.
/// </remarks>
/// <param name="Weights">The shorter network and its weights.</param>
/// <param name="Upsampling">How its scores lie on the image.</param>
public sealed record CoarseScores(NetworkWeights Weights, Upsampling Upsampling)
{
    // Kernels of published files are bilinear but for the last digits.
    private const float Tolerance = 1e-5f;

    /// <summary>Takes the last upsampling off a network.</summary>
    /// <param name="weights">The network and its weights.</param>
    /// <exception cref="ExportException">It does not end in a deconvolution that is a linear resize.</exception>
    public static CoarseScores Of(NetworkWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var network = weights.Network;
        var crop = network.Layers[^1].Operation as Crop;
        var last = network.Layers[^(crop is null ? 1 : 2)];
        if (last.Operation is not BilinearDeconvolution deconvolution)
        {
            throw Fault(network, last, "is not a deconvolution");
        }

        if (deconvolution.Kernel != 2 * deconvolution.Stride)
        {
            throw Fault(network, last, $"has a kernel of {deconvolution.Kernel} for a factor of {deconvolution.Stride}, not of twice that");
        }

        if (!IsBilinear(weights[$"{last.Name}.weight"], deconvolution.Kernel))
        {
            throw Fault(network, last, "has a learned kernel");
        }

        var offset = (crop?.Offset ?? 0) + deconvolution.Padding - (deconvolution.Stride / 2);
        return new(Shorten(weights, last), new Upsampling(deconvolution.Stride, offset));
    }

    private static NetworkWeights Shorten(NetworkWeights weights, Layer end)
    {
        var network = weights.Network;
        var shorter = new Network(network.Name, [.. network.Layers.TakeWhile(layer => layer != end)], network.SizeMultiple);
        var kept = shorter.AllParameters.Select(parameter => weights[parameter.Name]);
        return NetworkWeights.Match(shorter, kept, network.Name);
    }

    private static bool IsBilinear(Tensor kernel, int side)
    {
        if (!DeconvolutionKernel.IsPerChannel(kernel))
        {
            return false;
        }

        var bilinear = BilinearKernel.Create(side);
        for (var i = 0; i < kernel.Values.Length; i++)
        {
            if (Math.Abs(kernel.Values[i] - bilinear[i % bilinear.Length]) > Tolerance)
            {
                return false;
            }
        }

        return true;
    }

    private static ExportException Fault(Network network, Layer layer, string what) => new(
        $"The last upsampling of {network.Name} cannot be left out: its layer \"{layer.Name}\" {what}; expected a bilinear deconvolution.");
}
