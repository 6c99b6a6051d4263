namespace FcnService.Export.Networks;

/// <summary>What each layer of a network gives, takes and costs for images of one size.</summary>
/// <param name="Network">The network.</param>
/// <param name="Height">The images' height.</param>
/// <param name="Width">The images' width.</param>
/// <param name="Layers">The layers in their order.</param>
public sealed record NetworkProfile(Network Network, int Height, int Width, IReadOnlyList<LayerProfile> Layers)
{
    /// <summary>Multiplications, each with an addition, with deconvolutions from every channel to every channel, as published.</summary>
    public long MultiplyAccumulates => Layers.Sum(layer => layer.MultiplyAccumulates);

    /// <summary>The same with deconvolutions channel by channel, as they are exported.</summary>
    public long GroupedMultiplyAccumulates => Layers.Sum(layer => layer.GroupedMultiplyAccumulates);

    /// <summary>
    /// The side, in image pixels, of the square that a score of the coarsest stride depends on: what is published as a net's receptive
    /// field. Upsampling mixes neighbouring scores, and so adds to it.
    /// </summary>
    public int ReceptiveField =>
        Layers.Where(layer => layer.Output.Stride == Network.CoarsestStride).Max(layer => layer.ReceptiveField);

    /// <summary>Measures a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="height">The images' height, at least 1.</param>
    /// <param name="width">The images' width, at least 1.</param>
    /// <exception cref="ExportException">The network does not take images of this size; the sentence names the layer at fault.</exception>
    public static NetworkProfile Measure(Network network, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(network);
        var heights = OutputLengths(network, height);
        var widths = OutputLengths(network, width);
        var fields = ReceptiveFields(network);
        return new(network, height, width, [.. network.Layers.Select(Measure)]);

        LayerProfile Measure(Layer layer)
        {
            var operation = layer.Operation;
            var input = network.FeatureMapOf(layer.Inputs[0]);
            var inputPositions = (long)heights[layer.Inputs[0]] * widths[layer.Inputs[0]];
            var outputPositions = (long)heights[layer.Name] * widths[layer.Name];
            return new(
                layer,
                network.FeatureMapOf(layer.Name),
                heights[layer.Name],
                widths[layer.Name],
                fields[layer.Name],
                operation.Parameters(input)
                    .Concat(operation.FixedParameters(input))
                    .Concat(operation.DerivedParameters(input))
                    .Sum(parameter => parameter.Shape.Count),
                operation.MultiplyAccumulates(input, inputPositions, outputPositions),
                operation.GroupedMultiplyAccumulates(input, inputPositions, outputPositions));
        }
    }

    /// <summary>
    /// Computes how high each layer's output is for an image so high; as kernels are square and height and width are padded alike, the same numbers
    /// say how wide it is for one so wide.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="imageLength">The image's height (or width), at least 1.</param>
    /// <returns>The lengths by layer, and that of the image under <see cref="Network.Input"/>.</returns>
    /// <exception cref="ExportException">The network does not take such images; the sentence names the layer at fault.</exception>
    public static IReadOnlyDictionary<string, int> OutputLengths(Network network, int imageLength)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageLength, 1);
        var lengths = new Dictionary<string, int>(StringComparer.Ordinal) { [Network.Input] = imageLength };
        foreach (var layer in network.Layers)
        {
            var inputs = layer.Inputs.Select(input => lengths[input]).ToList();
            if (layer.Operation.FaultOfLengths(inputs) is { } fault)
            {
                throw new ExportException(
                    $"Layer \"{layer.Name}\" of the network {network.Name}, for images with a side of {imageLength}: {fault}.");
            }

            lengths.Add(layer.Name, layer.Operation.OutputLength(inputs));
        }

        return lengths;
    }

    private static Dictionary<string, int> ReceptiveFields(Network network)
    {
        var fields = new Dictionary<string, int>(StringComparer.Ordinal) { [Network.Input] = 1 };
        foreach (var layer in network.Layers)
        {
            var stride = network.FeatureMapOf(layer.Inputs[0]).Stride;
            fields.Add(layer.Name, layer.Operation.ReceptiveField([.. layer.Inputs.Select(input => fields[input])], stride));
        }

        return fields;
    }
}

/// <summary>What one layer gives, takes and costs.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Output">Its output's channels and stride.</param>
/// <param name="Height">Its output's height.</param>
/// <param name="Width">Its output's width.</param>
/// <param name="ReceptiveField">The side, in image pixels, of the square that an output position depends on.</param>
/// <param name="Parameters">Learned, fixed and derived values, the fixed ones in the authors' dense form.</param>
/// <param name="MultiplyAccumulates">Multiplications, each with an addition, with dense deconvolutions.</param>
/// <param name="GroupedMultiplyAccumulates">The same with deconvolutions channel by channel.</param>
public sealed record LayerProfile(
    Layer Layer,
    FeatureMap Output,
    int Height,
    int Width,
    int ReceptiveField,
    long Parameters,
    long MultiplyAccumulates,
    long GroupedMultiplyAccumulates);
