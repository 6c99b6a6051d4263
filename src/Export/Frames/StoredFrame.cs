using FcnService.Export.Networks;
using FcnService.Export.Weights;

namespace FcnService.Export.Frames;

/// <summary>
/// A pass over networks in the authors' padding. Of the 100 zeros around the image, what the first layers give depends on the image's
/// size alone: the empty frame. In the rewritten network these layers convolve only the region that the image can change, which grows
/// with their receptive field, and the frame comes from tensors computed once. Scores are those of the network as it was, but for
/// rounding.
/// <para>
/// Between two convolutions of such a region its map is the change: the value less that of the empty frame, which is the same at every
/// position that the convolution reads. So zero padding stands for the frame, and the convolution's bias takes in what its kernel makes
/// of the frame.
/// </para>
/// <para>
/// A region is followed until zero padding at the outer border reaches what it reads: in VGG16, up to relu4_3. Layers behind it read the
/// whole map. A network without such a frame is its own rewriting.
/// </para>
/// </summary>
public static class StoredFrame
{
    /// <summary>Rewrites a network.</summary>
    /// <param name="network">The network.</param>
    /// <returns>
    /// A network with the same name, learned parameters and output, and derived parameters besides; the same one if it has no frame.
    /// </returns>
    public static Network Apply(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return new FrameRewriting(network).Network;
    }

    /// <summary>Rewrites a network with its weights.</summary>
    /// <param name="weights">The network and its weights.</param>
    /// <returns>The rewritten network with its weights; the same ones if the network has no frame.</returns>
    /// <exception cref="ExportException">The layers up to the last with a region have more than 2 GiB of weights.</exception>
    public static NetworkWeights Apply(NetworkWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var rewriting = new FrameRewriting(weights.Network);
        var (network, changes) = (rewriting.Network, rewriting.Changes);
        if (network == weights.Network)
        {
            return weights;
        }

        var constants = new FrameConstants(weights);
        var given = network.Parameters.Concat(network.FixedParameters).Select(parameter => weights[parameter.Name]);
        var derived = network.Layers.SelectMany(layer => Derive(layer, weights, constants, changes));
        return NetworkWeights.Match(network, given.Concat(derived), $"{network.Name} with a stored frame");
    }

    private static IEnumerable<Tensor> Derive(
        Layer layer, NetworkWeights weights, FrameConstants constants, IReadOnlyDictionary<string, string> changes) =>
        layer.Operation switch
        {
            Convolution { ReadsChange: true } => [PerChannel($"{layer.Name}.frame", constants.KernelSumOf(layer.Name))],
            Bias => [PerChannel($"{layer.Name}.bias", [.. constants.Of(layer.Inputs[0]).Select(value => -value)])],
            AddEmptyFrame frame => [FrameTensor.Compute($"{layer.Name}.frame", frame, weights, changes[layer.Inputs[0]])],
            _ => [],
        };

    private static Tensor PerChannel(string name, float[] channels) =>
        Tensor.Create(name, new Shape(channels.Length), values => channels.CopyTo(values));
}
