namespace FcnService.Export.Networks;

/// <summary>Writes down layers one after the other.</summary>
internal sealed class LayerChain
{
    private readonly List<Layer> layers = [];

    /// <summary>What was written down so far.</summary>
    public IReadOnlyList<Layer> Layers => layers;

    /// <summary>The name of the last layer; that of the image as long as there is none.</summary>
    public string Last => layers.Count == 0 ? Network.Input : layers[^1].Name;

    /// <summary>Adds a layer that reads from the one before it, or, as the first, from the image.</summary>
    public LayerChain Then(string name, Operation operation) => Then(name, operation, Last);

    /// <summary>Adds a layer that reads from layers by name.</summary>
    public LayerChain Then(string name, Operation operation, params string[] inputs)
    {
        layers.Add(new Layer(name, operation, inputs));
        return this;
    }
}
