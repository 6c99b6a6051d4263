using System.Buffers;
using FcnService.Inference.Geometry;
using FcnService.Inference.Providers;
using FcnService.Inference.Scheduling;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Inference.Models;

/// <summary>Owns the one ONNX Runtime session of a model. Runs may go on in parallel.</summary>
public sealed class ModelSession : IDisposable
{
    private readonly InferenceSession session;
    private readonly ExecutionProvider provider;
    private readonly RunOptions runOptions = new();

    // Runs that go on, and the owner until it disposes the session: whoever is last frees it.
    private int users = 1;

    private ModelSession(
        string name,
        InferenceSession session,
        string? notKept,
        ExecutionProvider provider,
        GraphSignature graph,
        ModelContract contract,
        Task<string> fingerprint)
    {
        Name = name;
        this.session = session;
        NotKept = notKept;
        this.provider = provider;
        Graph = graph;
        Contract = contract;
        Fingerprint = fingerprint;
    }

    /// <summary>The model's name: its file's name without the extension.</summary>
    public string Name { get; }

    /// <summary>What the model's file declares.</summary>
    public GraphSignature Graph { get; }

    /// <summary>What the model takes and gives.</summary>
    public ModelContract Contract { get; }

    /// <summary>Where the network runs: "cpu" or "cuda".</summary>
    public string Provider => provider.Name;

    /// <summary>
    /// Why the optimised graph is not kept for the next start, with the folder that should have it; null where it is, and where
    /// <see cref="SessionSettings.KeepOptimizedGraph"/> asks for none.
    /// </summary>
    public string? NotKept { get; }

    /// <summary>Where the inputs of the network are best written.</summary>
    internal MemoryPool<float> InputMemory => provider.InputMemory;

    /// <summary>
    /// The hash of the model's files, computed beside everything else that a start does: equal files have equal ones wherever they lie.
    /// Fails with an <see cref="IOException"/> where a file cannot be read any more.
    /// </summary>
    public Task<string> Fingerprint { get; }

    /// <summary>The path of a model's sidecar.</summary>
    /// <param name="path">The path of the ONNX file.</param>
    public static string SidecarOf(string path) => Path.ChangeExtension(path, ".model.json");

    /// <summary>Loads a model and settles its contract.</summary>
    /// <param name="path">The ONNX file; a file NAME.model.json beside it wins over the description in the file's metadata.</param>
    /// <param name="settings">How to run it.</param>
    /// <exception cref="InvalidModelException">
    /// The file is not a model, its contract cannot be settled, or the provider that is asked for does not take it.
    /// </exception>
    public static ModelSession Load(string path, SessionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var name = Path.GetFileNameWithoutExtension(path);
        var fingerprint = ModelFingerprint.Begin(path);
        var session = Open(name, path, settings, out var notKept);
        try
        {
            settings.Provider.Verify(session, name);
            var description = ModelDescription.Merge(Descriptions(session, path));
            var graph = GraphSignature.Of(session);
            var contract = new ModelContractResolver(name, description, graph).Resolve();
            var bucketed = contract with { SizePolicy = contract.SizePolicy.InBuckets(settings.SizeMultiple) };
            return new ModelSession(name, session, notKept, settings.Provider, graph, bucketed, fingerprint);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Runs the network on images of one size.</summary>
    /// <param name="images">The inputs, in the contract's layout; one, unless the contract takes batches.</param>
    /// <returns>The output for each image, in ONNX Runtime's own memory, which goes back when all of them are disposed.</returns>
    /// <exception cref="InvalidModelException">The network failed.</exception>
    public IReadOnlyList<NetworkOutput> Run(IReadOnlyList<InputTensor> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        var size = images[0].Size;
        if (images.Count == 1)
        {
            return Run(images[0].Values, 1, size);
        }

        var length = images[0].Values.Length;
        using var together = InputMemory.Rent(checked(images.Count * length));
        for (var i = 0; i < images.Count; i++)
        {
            images[i].Values.CopyTo(together.Memory.Slice(i * length, length));
        }

        return Run(together.Memory[..(images.Count * length)], images.Count, size);
    }

    private IReadOnlyList<NetworkOutput> Run(Memory<float> tensor, int count, ImageSize size)
    {
        long[] shape = Contract.Input.Layout == TensorLayout.Nchw ? [count, 3, size.Height, size.Width] : [count, size.Height, size.Width, 3];
        Acquire();
        try
        {
            using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, tensor, shape);
            using var binding = session.CreateIoBinding();
            binding.BindInput(Contract.Input.Tensor, input);
            binding.BindOutputToDevice(Contract.Output.Tensor, provider.OutputMemory);
            // Both wait for their own work, of which the copies are part; SynchronizeBound… would wait for all that goes on on a device.
            session.RunWithBinding(runOptions, binding);
            return NetworkOutput.Split(binding.GetOutputValues(), count);
        }
        catch (OnnxRuntimeException error)
        {
            throw new InvalidModelException($"Model '{Name}' failed on {(count == 1 ? "an image" : $"{count} images")} of {size}: {error.Message}", error);
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Unloads the model, once the runs that go on have ended. Called once.</summary>
    public void Dispose() => Release();

    private void Acquire()
    {
        int before;
        do
        {
            before = users;
            ObjectDisposedException.ThrowIf(before == 0, this);
        }
        while (Interlocked.CompareExchange(ref users, before + 1, before) != before);
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref users) == 0)
        {
            runOptions.Dispose();
            session.Dispose();
        }
    }

    private static InferenceSession Open(string name, string path, SessionSettings settings, out string? notKept)
    {
        try
        {
            return OptimizedGraph.Open(path, settings, out notKept);
        }
        catch (OnnxRuntimeException error)
        {
            throw new InvalidModelException($"Model '{name}' cannot be served: ONNX Runtime does not load {path}: {error.Message}", error);
        }
    }

    private static IEnumerable<(string Json, string Source)> Descriptions(InferenceSession session, string path)
    {
        if (session.ModelMetadata.CustomMetadataMap.TryGetValue(ModelDescription.MetadataKey, out var metadata))
        {
            yield return (metadata, $"{path}, metadata {ModelDescription.MetadataKey}");
        }

        var sidecar = SidecarOf(path);
        if (File.Exists(sidecar))
        {
            yield return (ReadSidecar(sidecar), sidecar);
        }
    }

    private static string ReadSidecar(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"The sidecar {path} cannot be read: {error.Message}", error);
        }
    }
}
