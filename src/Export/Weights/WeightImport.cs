using FcnService.Export.Networks;
using FcnService.Inference.Models;

namespace FcnService.Export.Weights;

/// <summary>Published weights brought to a network of ours.</summary>
/// <param name="Weights">The network and its weights.</param>
/// <param name="Input">The images that the weights were trained on: channel order, mean, deviation.</param>
/// <param name="Format">The file's format.</param>
/// <param name="Initialized">Parameters that the file lacks and that start from zero.</param>
/// <param name="LeftOut">Tensors of the file that the network has no use for.</param>
public sealed record WeightImport(
    NetworkWeights Weights, InputDescription Input, string Format, IReadOnlyList<string> Initialized, IReadOnlyList<string> LeftOut)
{
    /// <summary>Reads the weights of exactly this network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="path">A file of any format that <see cref="WeightFile"/> knows, with the authors' names or torchvision's.</param>
    /// <exception cref="ExportException">The file is not sound, or its tensors are not those of the network.</exception>
    public static WeightImport Read(Network network, string path) => Read(network, path, initialize: false);

    /// <summary>
    /// Starts a network from the weights of a simpler one, as the authors trained 16s from 32s and 8s from 16s: score layers that the file
    /// lacks are zero, and what the network has no use for is left out.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="path">As for <see cref="Read(Network, string)"/>.</param>
    /// <exception cref="ExportException">The file is not sound, or lacks a tensor other than a score layer's.</exception>
    public static WeightImport InitializeFrom(Network network, string path) => Read(network, path, initialize: true);

    private static WeightImport Read(Network network, string path, bool initialize)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var file = WeightFile.Open(path);
        var (scheme, prefix) = Recognise(network, file);
        var shapes = network.Parameters.Concat(network.FixedParameters).ToDictionary(parameter => parameter.Name, parameter => parameter.Shape);

        var taken = new List<(StoredTensor Stored, string Name)>();
        var leftOut = new List<string>();
        foreach (var stored in file.Tensors)
        {
            var name = stored.Name.StartsWith(prefix, StringComparison.Ordinal) ? scheme.OursFor(stored.Name[prefix.Length..]) : null;
            if (name is null || (initialize && !shapes.ContainsKey(name)))
            {
                leftOut.Add(stored.Name);
            }
            else
            {
                taken.Add((stored, name));
            }
        }

        List<Parameter> missing = initialize ? [.. Missing(network, taken.Select(tensor => tensor.Name))] : [];
        var tensors = taken
            .Select(tensor => Reshape(file.ReadFloat32(tensor.Stored), tensor.Name, shapes.GetValueOrDefault(tensor.Name)))
            .Concat(missing.Select(parameter => Tensor.Create(parameter.Name, parameter.Shape, _ => { })));
        return new WeightImport(
            NetworkWeights.Match(network, tensors, path),
            scheme.Input,
            file.Format,
            [.. missing.Select(parameter => parameter.Name)],
            leftOut);
    }

    /// <summary>
    /// Tells how the tensors are named, and what stands before every name: nothing, "module." of PyTorch's DataParallel, or the key under
    /// which a checkpoint keeps the weights beside an optimizer's state and the like.
    /// </summary>
    private static (NamingScheme Scheme, string Prefix) Recognise(Network network, WeightFile file)
    {
        return PrefixOf(NamingScheme.TorchvisionVgg16Marker) is { } theirs ? (NamingScheme.TorchvisionVgg16, theirs)
            : (NamingScheme.Authors, PrefixOf(network.Parameters[0].Name) ?? string.Empty);

        string? PrefixOf(string marker) => file.Tensors
            .Where(tensor => tensor.Name == marker || tensor.Name.EndsWith($".{marker}", StringComparison.Ordinal))
            .Select(tensor => tensor.Name[..^marker.Length])
            .MinBy(prefix => prefix.Length);
    }

    // Score layers start from zero; anything else that is missing is a fault, which Match names.
    private static IEnumerable<Parameter> Missing(Network network, IEnumerable<string> names)
    {
        var present = names.ToHashSet(StringComparer.Ordinal);
        return network.Parameters.Where(parameter =>
            parameter.Name.StartsWith("score", StringComparison.Ordinal) && !present.Contains(parameter.Name));
    }

    /// <summary>
    /// Gives a tensor the shape that is expected where its values lie in the same order: a fully connected layer [O, I·h·w] becomes the
    /// convolution [O, I, h, w] (surgery.py, transplant), and Caffe's legacy axes of length 1 fall away. Any other shape is left as it is.
    /// </summary>
    private static Tensor Reshape(Tensor tensor, string name, Shape? expected)
    {
        var fits = expected is not null && tensor.Shape.Count == expected.Count
            && (Lengths(tensor.Shape).SequenceEqual(Lengths(expected)) || IsFullyConnected(tensor.Shape, expected));
        return new Tensor(name, fits ? expected! : tensor.Shape, tensor.Data);
    }

    private static bool IsFullyConnected(Shape shape, Shape expected) =>
        Lengths(shape) is [var outputs, _] && expected.Dimensions.Count == 4 && outputs == expected.Dimensions[0];

    private static List<int> Lengths(Shape shape) => [.. shape.Dimensions.Where(length => length != 1)];
}
