using FcnService.Api.Errors;
using FcnService.Inference;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Models;

/// <summary>
/// The models that requests can use: none until all are loaded and warm. One can be replaced while it is in use: requests that have it keep
/// it, new ones get the new, and the old is unloaded with its last request.
/// </summary>
internal sealed class ServedModels(IOptions<ModelsOptions> options) : IDisposable
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, ServedModel> models = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> faults = new(StringComparer.Ordinal);
    private bool isLoaded;

    /// <summary>Whether the models are loaded and warm.</summary>
    public bool IsLoaded
    {
        get
        {
            lock (gate)
            {
                return isLoaded;
            }
        }
    }

    /// <summary>The name of the default model.</summary>
    public string DefaultName => options.Value.Default;

    /// <summary>The models' descriptions, in the order of their names, with the fault of the last attempt to replace them.</summary>
    /// <exception cref="ProblemException">They are not loaded yet.</exception>
    public IReadOnlyList<ModelInfo> Describe()
    {
        lock (gate)
        {
            RefuseUnlessLoaded();
            return [.. models.Values.Select(model => ModelInfo.Of(model.Segmenter, faults.GetValueOrDefault(model.Segmenter.Name)))];
        }
    }

    /// <summary>Finds the model of a request, and keeps it loaded until the lease is disposed.</summary>
    /// <param name="name">Its name, or null for the default.</param>
    /// <exception cref="ProblemException">There is no such model, or the models are not loaded yet.</exception>
    public ModelLease Lease(string? name)
    {
        lock (gate)
        {
            RefuseUnlessLoaded();
            return models.TryGetValue(name ?? DefaultName, out var model)
                ? new ModelLease(model)
                : throw new ProblemException(ProblemKind.UnknownModel, $"There is no model '{name}'. Served: {string.Join(", ", models.Keys)}.");
        }
    }

    /// <summary>Puts the models of the start into service.</summary>
    public void PublishAll(IEnumerable<Segmenter> segmenters)
    {
        lock (gate)
        {
            foreach (var segmenter in segmenters)
            {
                models.Add(segmenter.Name, new ServedModel(segmenter));
            }

            isLoaded = true;
        }
    }

    /// <summary>Puts a loaded and warm model into service, in the place of the one of its name.</summary>
    public void Publish(Segmenter segmenter)
    {
        ServedModel? old;
        lock (gate)
        {
            models.TryGetValue(segmenter.Name, out old);
            models[segmenter.Name] = new ServedModel(segmenter);
            faults.Remove(segmenter.Name);
        }

        old?.Release();
    }

    /// <summary>Takes a model out of service.</summary>
    public void Withdraw(string name)
    {
        ServedModel? old;
        lock (gate)
        {
            models.Remove(name, out old);
            faults.Remove(name);
        }

        old?.Release();
    }

    /// <summary>Remembers that a model's new file cannot be served; the old one, if any, serves on.</summary>
    public void RecordFault(string name, string fault)
    {
        lock (gate)
        {
            faults[name] = fault;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var model in models.Values)
            {
                model.Release();
            }

            models.Clear();
        }
    }

    private void RefuseUnlessLoaded()
    {
        if (!isLoaded)
        {
            throw new ProblemException(ProblemKind.NotReady, "The models are being loaded.");
        }
    }
}

/// <summary>A model and the number of those who use it, the service itself included.</summary>
internal sealed class ServedModel(Segmenter segmenter)
{
    private int users = 1;

    public Segmenter Segmenter => segmenter;

    // Only under the gate of ServedModels, which is a user itself: there is always one to begin with.
    public void Acquire() => Interlocked.Increment(ref users);

    public void Release()
    {
        if (Interlocked.Decrement(ref users) == 0)
        {
            segmenter.Dispose();
        }
    }
}

/// <summary>The use of a model by a request. Dispose it once, when the request needs the model no more.</summary>
internal sealed class ModelLease : IDisposable
{
    private ServedModel? model;

    public ModelLease(ServedModel model)
    {
        model.Acquire();
        this.model = model;
    }

    public Segmenter Segmenter => model?.Segmenter ?? throw new ObjectDisposedException(nameof(ModelLease));

    public void Dispose() => Interlocked.Exchange(ref model, null)?.Release();
}
