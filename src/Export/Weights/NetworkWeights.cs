using FcnService.Export.Networks;

namespace FcnService.Export.Weights;

/// <summary>A network with a tensor for each of its parameters, checked: names and shapes agree, every value is finite.</summary>
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

    /// <summary>The tensor of a parameter.</summary>
    /// <param name="parameter">The parameter's name.</param>
    /// <exception cref="KeyNotFoundException">The network has no such parameter.</exception>
    public Tensor this[string parameter] => tensors[parameter];

    /// <summary>Joins a network and its weights.</summary>
    /// <param name="network">The network.</param>
    /// <param name="tensors">Exactly the network's parameters, in any order.</param>
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

        foreach (var parameter in network.Parameters)
        {
            faults.AddRange(byName.TryGetValue(parameter.Name, out var tensor)
                ? Faults(parameter, tensor, source)
                : [$"Tensor \"{parameter.Name}\" is missing from {source}; {network.Name} expects it with shape {parameter.Shape}."]);
        }

        var expected = network.Parameters.Select(parameter => parameter.Name).ToHashSet(StringComparer.Ordinal);
        faults.AddRange(byName.Values.Where(tensor => !expected.Contains(tensor.Name)).Select(tensor =>
            $"Tensor \"{tensor.Name}\" of {source}, with shape {tensor.Shape}, is none of {network.Name}'s; expected no such tensor."));

        return faults.Count == 0 ? new NetworkWeights(network, byName) : throw new ExportException(faults);
    }

    private static IEnumerable<string> Faults(Parameter parameter, Tensor tensor, string source)
    {
        if (!tensor.Shape.Equals(parameter.Shape))
        {
            yield return $"Tensor \"{tensor.Name}\" of {source} has shape {tensor.Shape}; expected {parameter.Shape}.";
        }

        var index = FirstNotFinite(tensor.Values);
        if (index >= 0)
        {
            var value = FormattableString.Invariant($"{tensor.Values[index]}");
            yield return $"Tensor \"{tensor.Name}\" of {source} holds {value} as value {index}; expected finite numbers.";
        }
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
