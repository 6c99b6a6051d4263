namespace FcnService.Export.Networks;

/// <summary>A convolution with a square kernel and a bias.</summary>
/// <param name="OutputChannels">At least 1.</param>
/// <param name="Kernel">The kernel's side, at least 1.</param>
/// <param name="Padding">Zeros on each of the four sides, at least 0.</param>
/// <param name="Filler">What the weights hold before training; the bias starts at zero.</param>
/// <param name="Stride">Input positions from one output position to the next, at least 1.</param>
/// <param name="Groups">Into how many groups both kinds of channels are divided, each convolved by itself; at least 1.</param>
/// <param name="ReadsChange">
/// Whether it reads what an image changes in an empty frame. To the bias it then adds the derived parameter "frame", [output channels]:
/// what its kernel makes of the frame, which is one vector of channels wherever it reads.
/// </param>
public sealed record Convolution(
    int OutputChannels,
    int Kernel,
    int Padding = 0,
    Filler Filler = Filler.HeNormal,
    int Stride = 1,
    int Groups = 1,
    bool ReadsChange = false) : Operation
{
    internal override string Summary =>
        $"conv {Kernel}/{Stride}{(Padding > 0 ? $", pad {Padding}" : "")}{(Groups > 1 ? $", {Groups} groups" : "")}";

    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) =>
        FirstTooSmall(
            ("number of output channels", OutputChannels, 1), ("kernel", Kernel, 1), ("padding", Padding, 0), ("stride", Stride, 1),
            ("number of groups", Groups, 1))
        ?? FaultOfGroups(inputs[0]);

    internal override FeatureMap Output(IReadOnlyList<FeatureMap> inputs) => new(OutputChannels, inputs[0].Stride * Stride);

    internal override IEnumerable<Parameter> Parameters(FeatureMap input) =>
    [
        new("weight", new Shape(OutputChannels, input.Channels / Groups, Kernel, Kernel), Filler),
        new("bias", new Shape(OutputChannels), Filler.Zero),
    ];

    internal override IEnumerable<Parameter> DerivedParameters(FeatureMap input) =>
        ReadsChange ? [new("frame", new Shape(OutputChannels), Filler.Zero)] : [];

    internal override string? FaultOfLengths(IReadOnlyList<int> inputs) => inputs[0] + (2 * Padding) >= Kernel
        ? null
        : $"it reads {inputs[0]} positions; expected at least {Kernel - (2 * Padding)}";

    internal override int OutputLength(IReadOnlyList<int> inputs) => ((inputs[0] + (2 * Padding) - Kernel) / Stride) + 1;

    internal override int ReceptiveField(IReadOnlyList<int> inputs, int stride) => inputs[0] + ((Kernel - 1) * stride);

    internal override long MultiplyAccumulates(FeatureMap input, long inputPositions, long outputPositions) =>
        outputPositions * OutputChannels * (input.Channels / Groups) * Kernel * Kernel;

    private string? FaultOfGroups(FeatureMap input) => input.Channels % Groups == 0 && OutputChannels % Groups == 0
        ? null
        : $"it turns {input.Channels} channels into {OutputChannels}; expected multiples of its {Groups} groups";
}

/// <summary>max(x, 0) of each value.</summary>
public sealed record Relu : Operation
{
    internal override string Summary => "relu";

    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) => null;
}

/// <summary>The largest value of each square window.</summary>
/// <param name="Kernel">The window's side, at least 1.</param>
/// <param name="Stride">From one window to the next, at least 1 and at most the window's side.</param>
/// <param name="WholeWindowsOnly">
/// Whether positions that fill no last window are left out. As in Caffe they are not: the number of windows is rounded up, and a last
/// window may reach over the edge.
/// </param>
public sealed record MaxPool(int Kernel, int Stride, bool WholeWindowsOnly = false) : Operation
{
    internal override string Summary => $"max pool {Kernel}/{Stride}{(WholeWindowsOnly ? ", whole" : "")}";

    private int RoundedUp => WholeWindowsOnly ? 0 : Stride - 1;

    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) =>
        FirstTooSmall(("kernel", Kernel, 1), ("stride", Stride, 1)) ?? FaultOfStride();

    internal override FeatureMap Output(IReadOnlyList<FeatureMap> inputs) => inputs[0] with { Stride = inputs[0].Stride * Stride };

    // One position less than a window's stride below its side is rounded up to one window; less than that makes none.
    internal override string? FaultOfLengths(IReadOnlyList<int> inputs) => inputs[0] >= Kernel - RoundedUp
        ? null
        : $"it reads {inputs[0]} positions; expected at least {Kernel - RoundedUp}";

    internal override int OutputLength(IReadOnlyList<int> inputs) => ((inputs[0] - Kernel + RoundedUp) / Stride) + 1;

    internal override int ReceptiveField(IReadOnlyList<int> inputs, int stride) => inputs[0] + ((Kernel - 1) * stride);

    // With a larger stride the last window might begin beyond the edge, where Caffe, ONNX and PyTorch disagree on what there is.
    private string? FaultOfStride() => Stride <= Kernel ? null : $"its stride is {Stride}; expected at most its kernel of {Kernel}";
}

/// <summary>
/// A transposed convolution, without a bias, that upsamples by <paramref name="Stride"/>. Its kernel is the bilinear one on the diagonal
/// of [channels, channels, k, k] and is not learned, as in the FCN authors' nets, where its learning rate is 0; weights may bring
/// another.
/// </summary>
/// <param name="Kernel">The kernel's side, at least 1.</param>
/// <param name="Stride">Output positions per input position, at least 1.</param>
/// <param name="Padding">Output positions cut off each of the four sides, at least 0 and less than half the kernel.</param>
public sealed record BilinearDeconvolution(int Kernel, int Stride, int Padding = 0) : Operation
{
    internal override string Summary => $"deconv {Kernel}/{Stride}{(Padding > 0 ? $", pad {Padding}" : "")}";

    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) =>
        FirstTooSmall(("kernel", Kernel, 1), ("stride", Stride, 1), ("padding", Padding, 0)) ?? FaultOfPadding() ?? FaultOfStride(inputs[0]);

    internal override FeatureMap Output(IReadOnlyList<FeatureMap> inputs) => inputs[0] with { Stride = inputs[0].Stride / Stride };

    internal override IEnumerable<Parameter> FixedParameters(FeatureMap input) =>
        [new("weight", new Shape(input.Channels, input.Channels, Kernel, Kernel), Filler.Bilinear)];

    internal override int OutputLength(IReadOnlyList<int> inputs) => (Stride * (inputs[0] - 1)) + Kernel - (2 * Padding);

    // An output position lies under ⌈kernel / stride⌉ input positions.
    internal override int ReceptiveField(IReadOnlyList<int> inputs, int stride) => inputs[0] + ((Kernel - 1) / Stride * stride);

    internal override long MultiplyAccumulates(FeatureMap input, long inputPositions, long outputPositions) =>
        input.Channels * GroupedMultiplyAccumulates(input, inputPositions, outputPositions);

    internal override long GroupedMultiplyAccumulates(FeatureMap input, long inputPositions, long outputPositions) =>
        inputPositions * input.Channels * Kernel * Kernel;

    private string? FaultOfPadding() =>
        2L * Padding < Kernel ? null : $"its padding is {Padding}; expected less than half of its kernel of {Kernel}";

    private string? FaultOfStride(FeatureMap input) =>
        input.Stride % Stride == 0 ? null : $"it upsamples by {Stride} what has a stride of {input.Stride}; expected a multiple of {Stride}";
}

/// <summary>The part of the first feature map that is as high and wide as the second.</summary>
/// <param name="Offset">Where that part begins, in both directions; at least 0.</param>
public sealed record Crop(int Offset) : Operation
{
    internal override int InputCount => 2;

    internal override string Summary => $"crop from {Offset}";

    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) =>
        FirstTooSmall(("offset", Offset, 0)) ?? (inputs[0].Stride == inputs[1].Stride
            ? null
            : $"it crops a map with a stride of {inputs[0].Stride} to one with {inputs[1].Stride}; expected equal strides");

    internal override string? FaultOfLengths(IReadOnlyList<int> inputs) => inputs[0] >= Offset + inputs[1]
        ? null
        : $"it crops {inputs[0]} positions; expected at least {Offset + inputs[1]}";

    internal override int OutputLength(IReadOnlyList<int> inputs) => inputs[1];
}

/// <summary>The sum of two feature maps, value by value.</summary>
public sealed record Add : Operation
{
    internal override int InputCount => 2;

    internal override string Summary => "add";

    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) =>
        inputs[0].Channels != inputs[1].Channels
            ? $"it adds {inputs[0].Channels} and {inputs[1].Channels} channels; expected equal numbers"
            : inputs[0].Stride != inputs[1].Stride
                ? $"it adds maps with strides of {inputs[0].Stride} and {inputs[1].Stride}; expected equal strides"
                : null;

    internal override string? FaultOfLengths(IReadOnlyList<int> inputs) => inputs[0] == inputs[1]
        ? null
        : $"it adds {inputs[0]} and {inputs[1]} positions; expected equal numbers";

    internal override int ReceptiveField(IReadOnlyList<int> inputs, int stride) => Math.Max(inputs[0], inputs[1]);
}

/// <summary>Every value times a fixed number.</summary>
/// <param name="Factor">The number, finite.</param>
public sealed record Scale(float Factor) : Operation
{
    internal override string Summary => FormattableString.Invariant($"scale by {Factor:0.######}");

    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) =>
        float.IsFinite(Factor) ? null : FormattableString.Invariant($"its factor is {Factor}; expected a finite number");
}

/// <summary>Every value plus a number for its channel.</summary>
public sealed record Bias : Operation
{
    internal override string Summary => "bias";

    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) => null;

    internal override IEnumerable<Parameter> DerivedParameters(FeatureMap input) => [new("bias", new Shape(input.Channels), Filler.Zero)];
}

/// <summary>The feature map with zeros on the right and at the bottom.</summary>
/// <param name="Behind">How many, at least 0.</param>
public sealed record ZeroPad(int Behind) : Operation
{
    internal override string Summary => $"pad {Behind} behind";

    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) => FirstTooSmall(("padding", Behind, 0));

    internal override int OutputLength(IReadOnlyList<int> inputs) => inputs[0] + Behind;
}

/// <summary>
/// A whole feature map of a trunk whose image lies in a frame of zeros: what the layer gives for a black image, the empty frame, plus
/// what the image changes in it. The first input is the change in the region outside which there is none; the second is the image.
/// <para>
/// Along each axis the empty frame is one vector of channels throughout, but for a band along either border that the zero padding of the
/// convolutions reaches. The band at the far border depends on how the framed image's side rounds when it is divided by the stride, so
/// that Band + 1 + Stride · Band positions along each axis are all that the frames of all sizes hold: the parameter "frame", [channels,
/// positions, positions]. Position y of the map is position min(y, Band) + max(0, Stride · (y + Band) + 1 - side - Margin) of it.
/// </para>
/// </summary>
/// <param name="Start">The first position of the region in the whole map, in both directions; at least 0.</param>
/// <param name="Band">The positions along a border that zero padding reaches, at least 0.</param>
/// <param name="Margin">
/// By how much the framed image, on the grid of the first convolution's output, is larger than the image; at least 0.
/// </param>
/// <param name="Stride">Image pixels from one position of the map to the next, at least 1.</param>
public sealed record AddEmptyFrame(int Start, int Band, int Margin, int Stride) : Operation
{
    /// <summary>The positions, along each axis, that tell the empty frames of all sizes.</summary>
    internal int Positions => Band + 1 + (Stride * Band);

    /// <summary>The length of the shortest map that has two bands and a position between them.</summary>
    internal int ShortestLength => (2 * Band) + 1;

    internal override int InputCount => 2;

    internal override string Summary => $"add empty frame from {Start}";

    /// <summary>Where the parameter holds what a position of the whole map has, along one axis.</summary>
    /// <param name="position">The position.</param>
    /// <param name="framedLength">The side of the framed image: the image's plus <see cref="Margin"/>.</param>
    internal int FramePosition(int position, int framedLength) =>
        Math.Min(position, Band) + Math.Max(0, (Stride * (position + Band)) + 1 - framedLength);

    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) =>
        FirstTooSmall(("start", Start, 0), ("band", Band, 0), ("margin", Margin, 0), ("stride", Stride, 1))
        ?? (inputs[0].Stride == Stride && inputs[1].Stride == 1
            ? null
            : $"it reads maps with strides of {inputs[0].Stride} and {inputs[1].Stride}; expected {Stride} and 1");

    internal override IEnumerable<Parameter> DerivedParameters(FeatureMap input) =>
        [new("frame", new Shape(input.Channels, Positions, Positions), Filler.Zero)];

    internal override string? FaultOfLengths(IReadOnlyList<int> inputs) => Start + inputs[0] <= OutputLength(inputs)
        ? null
        : $"it reads {inputs[0]} positions; expected at most {OutputLength(inputs) - Start}";

    internal override int OutputLength(IReadOnlyList<int> inputs) => (inputs[1] + Margin + Stride - 1) / Stride;
}

/// <summary>
/// Local response normalisation across channels: each value x becomes x / (1 + α/n · Σ y²)^β, the sum over the values y at its position
/// in the n channels around its own. Source: Krizhevsky et al., 2012, section 3.3, with Caffe's division of α by n.
/// </summary>
/// <param name="Size">n, an odd number, at least 1.</param>
/// <param name="Alpha">α, at least 0.</param>
/// <param name="Beta">β, at least 0.</param>
public sealed record LocalResponseNormalization(int Size, float Alpha, float Beta) : Operation
{
    internal override string Summary => $"lrn over {Size}";

    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) =>
        Size < 1 || Size % 2 == 0 ? $"its size is {Size}; expected an odd number, at least 1"
        : FaultOf("alpha", Alpha) ?? FaultOf("beta", Beta);

    private static string? FaultOf(string what, float value) =>
        value >= 0 && float.IsFinite(value) ? null : FormattableString.Invariant($"its {what} is {value}; expected a number, at least 0");
}

/// <summary>Sets values to zero at random while training; does nothing in a finished model.</summary>
/// <param name="Ratio">The share that is set to zero, at least 0 and less than 1.</param>
public sealed record Dropout(double Ratio) : Operation
{
    internal override string Summary => FormattableString.Invariant($"dropout {Ratio}");

    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) =>
        Ratio is >= 0 and < 1 ? null : FormattableString.Invariant($"its ratio is {Ratio}; expected at least 0 and less than 1");
}
