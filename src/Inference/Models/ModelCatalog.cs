using FcnService.Inference.Imaging;

namespace FcnService.Inference.Models;

/// <summary>The models of a folder: every <c>NAME.onnx</c> in it, under its name.</summary>
public sealed class ModelCatalog : IDisposable
{
    private readonly SortedDictionary<string, Segmenter> segmenters;

    private ModelCatalog(SortedDictionary<string, Segmenter> segmenters) => this.segmenters = segmenters;

    /// <summary>The models, in the order of their names.</summary>
    public IReadOnlyCollection<Segmenter> Segmenters => segmenters.Values;

    /// <summary>The models' names, in order.</summary>
    public IReadOnlyCollection<string> Names => segmenters.Keys;

    /// <summary>Looks for a models folder from a folder upwards.</summary>
    /// <param name="name">Its name, or its path in one of those folders.</param>
    /// <param name="start">Where to begin.</param>
    /// <returns>The nearest folder of that name, or null if there is none.</returns>
    public static string? FindFolder(string name, string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, name);
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>Loads a folder.</summary>
    /// <param name="directory">The folder; those below it are not searched.</param>
    /// <param name="settings">How to run the models.</param>
    /// <param name="decoder">What opens the photos.</param>
    /// <exception cref="InvalidModelException">There is no such folder, no model in it, or one that cannot be served: a line for each.</exception>
    public static ModelCatalog Load(string directory, SessionSettings settings, ImageDecoder decoder)
    {
        if (!Directory.Exists(directory))
        {
            throw new InvalidModelException($"There is no models folder {directory}.");
        }

        var catalog = new ModelCatalog(new SortedDictionary<string, Segmenter>(StringComparer.Ordinal));
        var faults = new List<string>();
        foreach (var path in Directory.EnumerateFiles(directory, "*.onnx").Order(StringComparer.Ordinal))
        {
            try
            {
                var session = ModelSession.Load(path, settings);
                catalog.segmenters.Add(session.Name, new Segmenter(session, decoder));
            }
            catch (InvalidModelException fault)
            {
                faults.Add(fault.Message);
            }
        }

        if (faults.Count == 0 && catalog.segmenters.Count == 0)
        {
            faults.Add($"There is no model (*.onnx) in {directory}.");
        }

        if (faults.Count > 0)
        {
            catalog.Dispose();
            throw new InvalidModelException(string.Join(Environment.NewLine, faults));
        }

        return catalog;
    }

    /// <summary>Finds a model by its name.</summary>
    /// <param name="name">The name, in the same case.</param>
    /// <returns>The model, or null if there is none of that name.</returns>
    public Segmenter? Find(string name) => segmenters.GetValueOrDefault(name);

    /// <summary>Unloads all models.</summary>
    public void Dispose()
    {
        foreach (var segmenter in segmenters.Values)
        {
            segmenter.Dispose();
        }
    }
}
