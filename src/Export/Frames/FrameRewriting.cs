using FcnService.Export.Networks;

namespace FcnService.Export.Frames;

/// <summary>Rewrites one network as <see cref="StoredFrame"/> says.</summary>
internal sealed class FrameRewriting
{
    /// <summary>What a kernel of 3 reads on either side of a region to compute all that the region changes.</summary>
    private const int Reach = 2;

    /// <summary>
    /// The first convolution, cheap with its three channels, computes more than the image can change: what the second one reads on either
    /// side, which so needs no padding, and one position because the pooling's windows begin at even ones.
    /// </summary>
    private const int FirstPadding = Reach + Reach + 1;

    private readonly Network plain;
    private readonly LayerChain chain = new();

    /// <summary>The regions of the layers that compute one, and that of the image.</summary>
    private readonly Dictionary<string, FrameRegion> regions = new(StringComparer.Ordinal);

    private readonly Dictionary<string, string> changes = new(StringComparer.Ordinal) { [Network.Input] = Network.Input };
    private readonly HashSet<string> wholes = new(StringComparer.Ordinal);

    /// <summary>By how much the framed image, on the grid of the first convolution's output, is larger than the image.</summary>
    private int margin;

    /// <summary>Rewrites a network.</summary>
    public FrameRewriting(Network plain)
    {
        this.plain = plain;
        foreach (var layer in plain.Layers)
        {
            if (!TryFollow(layer))
            {
                chain.Then(layer.Name, layer.Operation, [.. layer.Inputs.Select(Whole)]);
            }
        }

        Network = regions.Count == 0 ? plain : new Network(plain.Name, chain.Layers, plain.SizeMultiple);
    }

    /// <summary>The rewritten network; the same one if it has no frame.</summary>
    public Network Network { get; }

    /// <summary>
    /// The layers of the rewritten network that give what the image changes, and the layer of the network as it was whose change it is.
    /// </summary>
    public IReadOnlyDictionary<string, string> Changes => changes;

    /// <summary>Adds a layer that computes only the region that the image can change, if there is one.</summary>
    private bool TryFollow(Layer layer)
    {
        var input = layer.Inputs[0];
        if (input == Network.Input)
        {
            return layer.Operation is Convolution { Kernel: 3, Stride: 1, Groups: 1, Padding: > FirstPadding } first
                && TryConvolveImage(layer.Name, first);
        }

        if (layer.Inputs.Count > 1 || !regions.TryGetValue(input, out var region))
        {
            return false;
        }

        return layer.Operation switch
        {
            Convolution { Kernel: 3, Stride: 1, Groups: 1, Padding: 1 } convolution => TryConvolve(layer.Name, convolution, input, region),
            Convolution { Kernel: 1, Stride: 1, Groups: 1, Padding: 0 } convolution =>
                TryAdd(layer.Name, convolution with { ReadsChange = changes.ContainsKey(input) }, input, region),
            Relu when !changes.ContainsKey(input) => TryAdd(layer.Name, layer.Operation, input, region),
            Scale => TryAdd(layer.Name, layer.Operation, input, region) && KeepChange(layer.Name, input),
            MaxPool { Kernel: 2, Stride: 2 } pool => TryPool(layer.Name, pool, input, region),
            _ => false,
        };
    }

    private bool TryConvolveImage(string name, Convolution convolution)
    {
        // It gives what a convolution that pads by 1 gives for an image whose frame is narrower by 1.
        var frame = convolution.Padding - 1;
        margin = 2 * frame;
        return TryAdd(name, convolution with { Padding = FirstPadding }, Network.Input, FrameRegion.OfImage(frame).Convolve(FirstPadding));
    }

    private bool TryConvolve(string name, Convolution convolution, string input, FrameRegion region)
    {
        if (Math.Min(region.SpareInFront, region.SpareBehind) >= Reach)
        {
            return TryAdd(name, convolution with { Padding = 0 }, input, region.Convolve(padding: 0));
        }

        return region.Convolve(Reach) is { } convolved
            && TryAdd(name, convolution with { Padding = Reach, ReadsChange = true }, Change(input), convolved);
    }

    /// <summary>
    /// Windows begin at even positions. Behind a region of odd length the last one has a position of the empty frame, which is put there
    /// rather than computed.
    /// </summary>
    private bool TryPool(string name, MaxPool pool, string input, FrameRegion region)
    {
        var wholeWindows = pool with { WholeWindowsOnly = true };
        if (region.SpareBehind > 0)
        {
            return TryAdd(name, wholeWindows, input, region.Pool()) && KeepChange(name, input);
        }

        if (region.Extend()?.Pool() is not { } pooled)
        {
            return false;
        }

        var padded = $"{input}_padded";
        chain.Then(padded, new ZeroPad(Behind: 1), Change(input));
        changes.Add(name, name);
        return TryAdd(name, wholeWindows, padded, pooled);
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

    /// <summary>Notes that a layer gives the change if its input does.</summary>
    private bool KeepChange(string name, string input)
    {
        if (changes.ContainsKey(input))
        {
            changes.Add(name, name);
        }

        return true;
    }

    /// <summary>The layer that gives what the image changes in a layer's region.</summary>
    private string Change(string name)
    {
        if (changes.ContainsKey(name))
        {
            return name;
        }

        var change = $"{name}_change";
        if (changes.TryAdd(change, name))
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

        var whole = $"{name}_whole";
        if (wholes.Add(whole))
        {
            chain.Then(
                whole, new AddEmptyFrame(region.Start, region.Band, margin, plain.FeatureMapOf(name).Stride), Change(name), Network.Input);
        }

        return whole;
    }
}
