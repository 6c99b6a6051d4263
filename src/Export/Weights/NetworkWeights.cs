using FcnService.Export.Networks;

namespace FcnService.Export.Weights;

/// <summary>
/// A network with a tensor for each of its parameters, learned, fixed and derived, checked: names and shapes agree, every value is
/// finite.
/// </summary>
public sealed class NetworkWeights
{
    private readonly Dictionary<string, Tensor> tensors;

    private NetworkWeights(Network network, Dictionary<string, Tensor> tensors)
    {
        Network = network;
        this.tensors = tensors;
    }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>The tensors of all parameters, first the learned ones, then the fixed and the derived, in the network's order.</summary>
    public IReadOnlyList<Tensor> Tensors => [.. Network.AllParameters.Select(parameter => tensors[parameter.Name])];

    /// <summary>
    /// The tensor of a parameter, in the parameter's shape; of a deconvolution that keeps channels apart, [channels, 1, k, k].
    /// </summary>
    /// <param name="parameter">The parameter's name.</param>
    /// <exception cref="KeyNotFoundException">The network has no such parameter.</exception>
    public Tensor this[string parameter] => tensors[parameter];

    /// <summary>Joins a network and its weights.</summary>
    /// <param name="network">The network.</param>
    /// <param name="tensors">
    /// The network's learned and derived parameters, in any order. The fixed ones may be among them, dense or channel by channel; a
    /// deconvolution without one has the bilinear kernel. So may the factors of <see cref="Scale"/> layers, one a channel, as Caffe stores them, if
    /// they are those of the network.
    /// </param>
    /// <param name="source">Where the tensors come from, for messages.</param>
    /// <exception cref="ExportException">
    /// Tensors are missing, too many, mis-shaped or not finite; there is a sentence for each of them.
    /// </exception>
    public static NetworkWeights Match(Network network, IEnumerable<Tensor> tensors, string source)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(tensors);
        var faults = new List<string>();
        var byName = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            if (!byName.TryAdd(tensor.Name, tensor))
            {
                faults.Add($"Tensor \"{tensor.Name}\" is twice in {source}; expected it once.");
            }
        }

        foreach (var parameter in network.Parameters.Concat(network.DerivedParameters))
        {
            faults.AddRange(byName.TryGetValue(parameter.Name, out var tensor)
                ? Faults(tensor, [parameter.Shape], source)
                : [$"Tensor \"{parameter.Name}\" is missing from {source}; {network.Name} expects it with shape {parameter.Shape}."]);
        }

        foreach (var parameter in network.FixedParameters)
        {
            if (byName.TryGetValue(parameter.Name, out var tensor))
            {
                faults.AddRange(Faults(tensor, [parameter.Shape, DeconvolutionKernel.PerChannel(parameter.Shape)], source));
            }
        }

        foreach (var layer in network.Layers.Where(layer => layer.Operation is Scale))
        {
            // The factors are the description's; those of the file are only compared with them.
            if (byName.Remove($"{layer.Name}.weight", out var factors))
            {
                faults.AddRange(FaultsOfFactors(factors, network.FeatureMapOf(layer.Name).Channels, (Scale)layer.Operation, source));
            }
        }

        var expected = network.AllParameters
            .Select(parameter => parameter.Name)
            .ToHashSet(StringComparer.Ordinal);
        faults.AddRange(byName.Values.Where(tensor => !expected.Contains(tensor.Name)).Select(tensor =>
            $"Tensor \"{tensor.Name}\" of {source}, with shape {tensor.Shape}, is none of {network.Name}'s; expected no such tensor."));
        if (faults.Count > 0)
        {
            throw new ExportException(faults);
        }

        foreach (var parameter in network.FixedParameters)
        {
            byName[parameter.Name] = byName.TryGetValue(parameter.Name, out var kernel)
                ? DeconvolutionKernel.Simplify(kernel)
                : DeconvolutionKernel.Bilinear(parameter);
        }

        return new NetworkWeights(network, byName);
    }

    private static IEnumerable<string> Faults(Tensor tensor, IReadOnlyList<Shape> expected, string source)
    {
        if (!expected.Contains(tensor.Shape))
        {
            yield return $"Tensor \"{tensor.Name}\" of {source} has shape {tensor.Shape}; expected {string.Join(" or ", expected)}.";
        }

        var index = FirstNotFinite(tensor.Values);
        if (index >= 0)
        {
            var value = FormattableString.Invariant($"{tensor.Values[index]}");
            yield return $"Tensor \"{tensor.Name}\" of {source} holds {value} as value {index}; expected finite numbers.";
        }
    }

    private static List<string> FaultsOfFactors(Tensor factors, int channels, Scale scale, string source)
    {
        var faults = Faults(factors, [new Shape(channels)], source).ToList();
        var index = factors.Values.IndexOfAnyExcept(scale.Factor);
        return faults.Count > 0 || index < 0
            ? faults
            : [FormattableString.Invariant(
                $"Tensor \"{factors.Name}\" of {source} holds {factors.Values[index]} as value {index}; expected {scale.Factor} in all.")];
    }

    private static int FirstNotFinite(ReadOnlySpan<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
