using FcnService.Export.Networks;

namespace FcnService.Export.Frames;

/// <summary>Rewrites one network as <see cref="StoredFrame"/> says.</summary>
internal sealed class FrameRewriting(Network plain)
{
    /// <summary>What a kernel of 3 reaches on either side: positions that far from the image are the first that it does not change.</summary>
    private const int Reach = 2;

    /// <summary>
    /// The first convolution, cheap with its three channels, computes more than the image can change: <see cref="Reach"/> positions for
    /// the second one, which so needs no padding, and one because the pooling's windows begin at even positions.
    /// </summary>
    private const int FirstPadding = Reach + Reach + 1;

    private readonly LayerChain chain = new();
    private readonly Dictionary<string, FrameRegion> regions = new(StringComparer.Ordinal);
    private readonly HashSet<string> added = new(StringComparer.Ordinal);

    /// <summary>By how much the framed image, on the grid of the first convolution's output, is larger than the image.</summary>
    private int margin;

    /// <summary>The rewritten network; the same one if it has no frame.</summary>
    public Network Rewrite()
    {
        foreach (var layer in plain.Layers)
        {
            if (!TryFollow(layer))
            {
                chain.Then(layer.Name, layer.Operation, [.. layer.Inputs.Select(Whole)]);
            }
        }

        return regions.Count == 0 ? plain : new Network(plain.Name, chain.Layers);
    }

    /// <summary>Adds a layer that computes only what the image can change, if it can.</summary>
    private bool TryFollow(Layer layer)
    {
        var input = layer.Inputs[0];
        if (input == Network.Input)
        {
            return TryFollowFirst(layer);
        }

        if (layer.Inputs.Count > 1 || !regions.TryGetValue(input, out var region))
        {
            return false;
        }

        switch (layer.Operation)
        {
            case Relu or Scale or Convolution { Kernel: 1, Stride: 1, Padding: 0 }:
                return TryAdd(layer.Name, layer.Operation, input, region);
            case MaxPool { Kernel: 2, Stride: 2 } pool:
                return TryAdd(layer.Name, pool with { WholeWindowsOnly = true }, input, region.Pool());
            case Convolution { Kernel: 3, Stride: 1, Padding: 1, Groups: 1 } convolution when IsSpare(region):
                return TryAdd(layer.Name, convolution with { Padding = 0 }, input, region.Convolve(padding: 0, paddingBehind: 0));
            case Convolution { Kernel: 3, Stride: 1, Padding: 1, Groups: 1 } convolution:
                var behind = IsPooled(layer, region.Start + 1 - Reach) ? 1 : 0;
                return region.Convolve(Reach, behind) is { } followed
                    && TryAdd(layer.Name, convolution with { Padding = Reach, PaddingBehind = behind }, Change(input), followed);
            default:
                return false;
        }
    }

    private bool TryFollowFirst(Layer layer)
    {
        if (layer.Operation is not Convolution { Kernel: 3, Stride: 1, Groups: 1, Padding: > 0 } convolution)
        {
            return false;
        }

        // As it pads by 1 what is framed by one less.
        var frame = convolution.Padding - 1;
        margin = 2 * frame;
        var region = FrameRegion.OfImage(frame).Convolve(FirstPadding, paddingBehind: 0);
        return TryAdd(layer.Name, convolution with { Padding = FirstPadding }, Network.Input, region);
    }

    private bool TryAdd(string name, Operation operation, string input, FrameRegion? region)
    {
        if (region is null)
        {
            return false;
        }

        chain.Then(name, operation, input);
        regions.Add(name, region);
        return true;
    }

    private static bool IsSpare(FrameRegion region) => Math.Min(region.SpareInFront, region.SpareBehind) >= Reach;

    /// <summary>Whether a region that begins there goes through a pooling next, which wants one position more if it is odd in length.</summary>
    private bool IsPooled(Layer layer, int start) => start % 2 == 0
        && ReadersOf(layer).Where(reader => reader.Operation is Relu).SelectMany(ReadersOf).Any(reader => reader.Operation is MaxPool);

    private IEnumerable<Layer> ReadersOf(Layer layer) => plain.Layers.Where(reader => reader.Inputs.Contains(layer.Name));

    /// <summary>The layer that gives what the image changes in a region.</summary>
    private string Change(string name)
    {
        var change = $"{name}_change";
        if (added.Add(change))
        {
            chain.Then(change, new Bias(), name);
        }

        return change;
    }

    /// <summary>The layer that gives the whole map of a layer.</summary>
    private string Whole(string name)
    {
        if (!regions.TryGetValue(name, out var region))
        {
            return name;
        }

        var (whole, change) = ($"{name}_whole", Change(name));
        if (added.Add(whole))
        {
            chain.Then(whole, new AddEmptyFrame(region.Start, region.Band, margin, plain.FeatureMapOf(name).Stride), change, Network.Input);
        }

        return whole;
    }
}
