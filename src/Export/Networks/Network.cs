namespace FcnService.Export.Networks;

/// <summary>
/// A network as data: its layers in order. Whatever else there is to know of it, shapes of parameters or an ONNX graph, is derived
/// from that one list.
/// </summary>
public sealed class Network
{
    /// <summary>The name under which layers read the image, [N, <see cref="InputChannels"/>, height, width].</summary>
    public const string Input = "image";

    /// <summary>The channels of the image.</summary>
    public const int InputChannels = 3;

    private readonly Dictionary<string, FeatureMap> featureMaps = new(StringComparer.Ordinal) { [Input] = new(InputChannels, Stride: 1) };
    private readonly List<Parameter> parameters = [];
    private readonly List<Parameter> fixedParameters = [];
    private readonly List<Parameter> derivedParameters = [];

    /// <summary>Takes in a list of layers and checks that they fit together.</summary>
    /// <param name="name">The network's name, such as fcn8s.</param>
    /// <param name="layers">Each reads only from those before it; each but the last, whose output is the network's, is read.</param>
    /// <param name="sizeMultiple">
    /// What the sides of an image must be multiples of, at least 1; null if the layers tell: 1 for a network that ends in a crop to the
    /// image, else <see cref="CoarsestStride"/>, so that nothing is rounded and all maps meet.
    /// </param>
    /// <exception cref="ExportException">They do not fit; the sentence names the first layer at fault.</exception>
    public Network(string name, IReadOnlyList<Layer> layers, int? sizeMultiple = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0)
        {
            throw new ExportException($"The network {name} has no layers; expected at least one.");
        }

        Name = name;
        Layers = [.. layers];
        foreach (var layer in Layers)
        {
            Append(layer);
        }

        RefuseUnreadLayers();
        SizeMultiple = sizeMultiple ?? (Layers[^1].Operation is Crop ? 1 : CoarsestStride);
    }

    /// <summary>The network's name.</summary>
    public string Name { get; }

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>The learned tensors in the layers' order.</summary>
    public IReadOnlyList<Parameter> Parameters => parameters;

    /// <summary>The tensors, in order, that weights may bring but need not: bilinear kernels in the authors' dense form.</summary>
    public IReadOnlyList<Parameter> FixedParameters => fixedParameters;

    /// <summary>The tensors, in order, that a pass over a network computed from the learned ones.</summary>
    public IReadOnlyList<Parameter> DerivedParameters => derivedParameters;

    /// <summary>All of them: first the learned ones, then the fixed and the derived.</summary>
    public IEnumerable<Parameter> AllParameters => parameters.Concat(fixedParameters).Concat(derivedParameters);

    /// <summary>The number of learned values.</summary>
    public long ParameterCount => parameters.Sum(parameter => parameter.Shape.Count);

    /// <summary>The number of values in <see cref="FixedParameters"/>.</summary>
    public long FixedParameterCount => fixedParameters.Sum(parameter => parameter.Shape.Count);

    /// <summary>The number of values in <see cref="DerivedParameters"/>.</summary>
    public long DerivedParameterCount => derivedParameters.Sum(parameter => parameter.Shape.Count);

    /// <summary>The last layer's output.</summary>
    public FeatureMap Output => featureMaps[Layers[^1].Name];

    /// <summary>The largest stride of any layer, in image pixels. Sides that are multiples of it are halved evenly all the way.</summary>
    public int CoarsestStride => featureMaps.Values.Max(map => map.Stride);

    /// <summary>What the sides of an image must be multiples of.</summary>
    public int SizeMultiple { get; }

    /// <summary>The output of one layer.</summary>
    /// <param name="name">The layer's name, or <see cref="Input"/>.</param>
    /// <exception cref="KeyNotFoundException">There is no such layer.</exception>
    public FeatureMap FeatureMapOf(string name) => featureMaps[name];

    private void Append(Layer layer)
    {
        var inputs = layer.Inputs.Select(input => featureMaps.TryGetValue(input, out var map)
            ? map
            : throw Fault(layer, $"it reads from \"{input}\", which no earlier layer is called")).ToList();
        if (inputs.Count != layer.Operation.InputCount)
        {
            throw Fault(layer, $"it reads from {inputs.Count} layers; expected {layer.Operation.InputCount}");
        }

        if (layer.Operation.Fault(inputs) is { } fault)
        {
            throw Fault(layer, fault);
        }

        if (!featureMaps.TryAdd(layer.Name, layer.Operation.Output(inputs)))
        {
            throw Fault(layer, "its name is taken; expected one of its own");
        }

        parameters.AddRange(Named(layer, layer.Operation.Parameters(inputs[0])));
        fixedParameters.AddRange(Named(layer, layer.Operation.FixedParameters(inputs[0])));
        derivedParameters.AddRange(Named(layer, layer.Operation.DerivedParameters(inputs[0])));
    }

    private static IEnumerable<Parameter> Named(Layer layer, IEnumerable<Parameter> parameters) =>
        parameters.Select(parameter => parameter with { Name = $"{layer.Name}.{parameter.Name}" });

    private void RefuseUnreadLayers()
    {
        var read = Layers.SelectMany(layer => layer.Inputs).ToHashSet(StringComparer.Ordinal);
        if (Layers.SkipLast(1).FirstOrDefault(layer => !read.Contains(layer.Name)) is { } unread)
        {
            throw Fault(unread, "no layer reads from it; expected that of the last layer only");
        }
    }

    private ExportException Fault(Layer layer, string fault) => new($"Layer \"{layer.Name}\" of the network {Name}: {fault}.");
}
