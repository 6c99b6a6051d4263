namespace FcnService.Export.Networks;

/// <summary>
/// What a layer does to feature maps. The records of Operations.cs are all there are; each knows everything about itself that does not
/// depend on where it stands in a network.
/// </summary>
public abstract record Operation
{
    private protected Operation()
    {
    }

    /// <summary>How many feature maps it reads.</summary>
    internal virtual int InputCount => 1;

    /// <summary>What it is in a few words, such as "conv 3/1, pad 1": a kernel of 3 with a stride of 1.</summary>
    internal abstract string Summary { get; }

    /// <summary>Says what is impossible about it, in words that follow the layer's name; null if nothing is.</summary>
    internal abstract string? Fault(IReadOnlyList<FeatureMap> inputs);

    /// <summary>Its output for inputs that have no <see cref="Fault"/>.</summary>
    internal virtual FeatureMap Output(IReadOnlyList<FeatureMap> inputs) => inputs[0];

    /// <summary>The learned tensors, without the layer's name.</summary>
    internal virtual IEnumerable<Parameter> Parameters(FeatureMap input) => [];

    /// <summary>The tensors that are parameters in the authors' nets but are never learned, without the layer's name.</summary>
    internal virtual IEnumerable<Parameter> FixedParameters(FeatureMap input) => [];

    /// <summary>The tensors that a pass over a network computes from the learned ones, without the layer's name.</summary>
    internal virtual IEnumerable<Parameter> DerivedParameters(FeatureMap input) => [];

    /// <summary>Says why it cannot read maps that are so high (or so wide), in words that follow the layer's name; null if it can.</summary>
    internal virtual string? FaultOfLengths(IReadOnlyList<int> inputs) => null;

    /// <summary>How high its output is for inputs that are so high and have no fault; widths follow the same rule.</summary>
    internal virtual int OutputLength(IReadOnlyList<int> inputs) => inputs[0];

    /// <summary>The side, in image pixels, of the square that an output position depends on.</summary>
    /// <param name="inputs">The same of what it reads.</param>
    /// <param name="stride">The first input's stride in image pixels.</param>
    internal virtual int ReceptiveField(IReadOnlyList<int> inputs, int stride) => inputs[0];

    /// <summary>The multiplications, each with an addition; 0 for what is not a convolution of some kind, as is the custom.</summary>
    /// <param name="input">The input's channels.</param>
    /// <param name="inputPositions">The input's height times its width.</param>
    /// <param name="outputPositions">The output's height times its width.</param>
    internal virtual long MultiplyAccumulates(FeatureMap input, long inputPositions, long outputPositions) => 0;

    /// <summary>The same when kernels that are zero off their diagonal are applied channel by channel.</summary>
    internal virtual long GroupedMultiplyAccumulates(FeatureMap input, long inputPositions, long outputPositions) =>
        MultiplyAccumulates(input, inputPositions, outputPositions);

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
