namespace FcnService.Export.Networks;

/// <summary>
/// What a layer does to feature maps. The records of this file are all there are; each knows everything about itself that does not
/// depend on where it stands in a network.
/// </summary>
public abstract record Operation
{
    private protected Operation()
    {
    }

    /// <summary>How many feature maps it reads.</summary>
    internal virtual int InputCount => 1;

    /// <summary>Says what is impossible about it, in words that follow the layer's name; null if nothing is.</summary>
    internal abstract string? Fault(IReadOnlyList<FeatureMap> inputs);

    /// <summary>Its output for inputs that have no <see cref="Fault"/>.</summary>
    internal virtual FeatureMap Output(IReadOnlyList<FeatureMap> inputs) => inputs[0];

    /// <summary>The learned tensors, without the layer's name.</summary>
    internal virtual IEnumerable<Parameter> Parameters(FeatureMap input) => [];

    /// <summary>The sentence for the first of some numbers that is below its minimum; null if none is.</summary>
    private protected static string? FirstTooSmall(params ReadOnlySpan<(string What, int Value, int Minimum)> numbers)
    {
        foreach (var (what, value, minimum) in numbers)
        {
            if (value < minimum)
            {
                return $"its {what} is {value}; expected at least {minimum}";
            }
        }

        return null;
    }
}

/// <summary>A convolution with a square kernel and a bias.</summary>
/// <param name="OutputChannels">At least 1.</param>
/// <param name="Kernel">The kernel's side, at least 1.</param>
/// <param name="Padding">Zeros on each of the four sides, at least 0.</param>
/// <param name="Filler">What the weights hold before training; the bias starts at zero.</param>
public sealed record Convolution(int OutputChannels, int Kernel, int Padding = 0, Filler Filler = Filler.HeNormal) : Operation
{
    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) =>
        FirstTooSmall(("number of output channels", OutputChannels, 1), ("kernel", Kernel, 1), ("padding", Padding, 0));

    internal override FeatureMap Output(IReadOnlyList<FeatureMap> inputs) => inputs[0] with { Channels = OutputChannels };

    internal override IEnumerable<Parameter> Parameters(FeatureMap input) =>
    [
        new("weight", new Shape(OutputChannels, input.Channels, Kernel, Kernel), Filler),
        new("bias", new Shape(OutputChannels), Filler.Zero),
    ];
}

/// <summary>max(x, 0) of each value.</summary>
public sealed record Relu : Operation
{
    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) => null;
}

/// <summary>
/// The largest value of each square window. As in Caffe, the number of windows is rounded up: a last window may reach over the edge.
/// </summary>
/// <param name="Kernel">The window's side, at least 1.</param>
/// <param name="Stride">From one window to the next, at least 1.</param>
public sealed record MaxPool(int Kernel, int Stride) : Operation
{
    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) => FirstTooSmall(("kernel", Kernel, 1), ("stride", Stride, 1));

    internal override FeatureMap Output(IReadOnlyList<FeatureMap> inputs) => inputs[0] with { Stride = inputs[0].Stride * Stride };
}

/// <summary>
/// A transposed convolution of each channel by itself with the fixed <see cref="Weights.BilinearKernel"/>: upsampling by
/// <paramref name="Stride"/>. Nothing is learned, as in the FCN authors' nets, where its learning rate is 0.
/// </summary>
/// <param name="Kernel">The kernel's side, at least 1.</param>
/// <param name="Stride">Output positions per input position, at least 1.</param>
/// <param name="Padding">Output positions cut off each of the four sides, at least 0 and less than half the kernel.</param>
public sealed record BilinearDeconvolution(int Kernel, int Stride, int Padding = 0) : Operation
{
    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) =>
        FirstTooSmall(("kernel", Kernel, 1), ("stride", Stride, 1), ("padding", Padding, 0)) ?? FaultOfPadding() ?? FaultOfStride(inputs[0]);

    internal override FeatureMap Output(IReadOnlyList<FeatureMap> inputs) => inputs[0] with { Stride = inputs[0].Stride / Stride };

    private string? FaultOfPadding() =>
        2L * Padding < Kernel ? null : $"its padding is {Padding}; expected less than half of its kernel of {Kernel}";

    private string? FaultOfStride(FeatureMap input) =>
        input.Stride % Stride == 0 ? null : $"it upsamples by {Stride} what has a stride of {input.Stride}; expected a multiple of {Stride}";
}

/// <summary>The sum of two feature maps, value by value.</summary>
public sealed record Add : Operation
{
    internal override int InputCount => 2;

    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) =>
        inputs[0].Channels != inputs[1].Channels
            ? $"it adds {inputs[0].Channels} and {inputs[1].Channels} channels; expected equal numbers"
            : inputs[0].Stride != inputs[1].Stride
                ? $"it adds maps with strides of {inputs[0].Stride} and {inputs[1].Stride}; expected equal strides"
                : null;
}

/// <summary>Sets values to zero at random while training; does nothing in a finished model.</summary>
/// <param name="Ratio">The share that is set to zero, at least 0 and less than 1.</param>
public sealed record Dropout(double Ratio) : Operation
{
    internal override string? Fault(IReadOnlyList<FeatureMap> inputs) =>
        Ratio is >= 0 and < 1 ? null : FormattableString.Invariant($"its ratio is {Ratio}; expected at least 0 and less than 1");
}
