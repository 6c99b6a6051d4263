using FcnService.Api.Errors;
using FcnService.Inference;
using FcnService.Inference.Models;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Models;

/// <summary>The models that requests can use: none until they are loaded and warm.</summary>
internal sealed class ServedModels(IOptions<ModelsOptions> options) : IDisposable
{
    private volatile ModelCatalog? catalog;

    /// <summary>Whether the models are loaded and warm.</summary>
    public bool IsReady => catalog is not null;

    /// <summary>The name of the default model.</summary>
    public string DefaultName => options.Value.Default;

    /// <summary>All models, in the order of their names.</summary>
    /// <exception cref="ProblemException">They are not ready.</exception>
    public IReadOnlyCollection<Segmenter> All => Catalog.Segmenters;

    private ModelCatalog Catalog => catalog ?? throw new ProblemException(ProblemKind.NotReady, "The models are being loaded.");

    /// <summary>Finds the model of a request.</summary>
    /// <param name="name">Its name, or null for the default.</param>
    /// <exception cref="ProblemException">There is no such model, or the models are not ready.</exception>
    public Segmenter Find(string? name) => Catalog.Find(name ?? DefaultName) ?? throw new ProblemException(
        ProblemKind.UnknownModel,
        $"There is no model '{name}'. Served: {string.Join(", ", Catalog.Names)}.");

    /// <summary>Puts loaded and warm models into service.</summary>
    public void Publish(ModelCatalog loaded) => catalog = loaded;

    public void Dispose() => catalog?.Dispose();
}
