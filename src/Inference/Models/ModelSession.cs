using FcnService.Inference.Geometry;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Inference.Models;

/// <summary>How a session runs.</summary>
public sealed record SessionSettings
{
    /// <summary>Threads that one run works with; 0 takes one for each physical core.</summary>
    public int Threads { get; init; }
}

/// <summary>Owns the one ONNX Runtime session of a model. Runs may go on in parallel.</summary>
public sealed class ModelSession : IDisposable
{
    private readonly InferenceSession session;
    private readonly RunOptions runOptions = new();
    private readonly string[] inputs;
    private readonly string[] outputs;

    private ModelSession(string name, InferenceSession session, ModelContract contract)
    {
        Name = name;
        this.session = session;
        Contract = contract;
        inputs = [contract.Input.Tensor];
        outputs = [contract.Output.Tensor];
    }

    /// <summary>The model's name: its file's name without the extension.</summary>
    public string Name { get; }

    /// <summary>What the model takes and gives.</summary>
    public ModelContract Contract { get; }

    /// <summary>Where the network runs: "cpu".</summary>
    public string Provider { get; } = "cpu";

    /// <summary>Loads a model and settles its contract.</summary>
    /// <param name="path">The ONNX file; a file NAME.model.json beside it wins over the description in the file's metadata.</param>
    /// <param name="settings">How to run it.</param>
    /// <exception cref="InvalidModelException">The file is not a model, or its contract cannot be settled.</exception>
    public static ModelSession Load(string path, SessionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var name = Path.GetFileNameWithoutExtension(path);
        var session = Open(name, path, settings);
        try
        {
            var description = ModelDescription.Merge(Descriptions(session, path));
            var contract = new ModelContractResolver(name, description, GraphSignature.Of(session)).Resolve();
            return new ModelSession(name, session, contract);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Runs the network on one image.</summary>
    /// <param name="tensor">The input's values in the contract's layout.</param>
    /// <param name="size">The input's size in pixels.</param>
    /// <returns>The output, in ONNX Runtime's own memory.</returns>
    /// <exception cref="OnnxRuntimeException">The network failed.</exception>
    public NetworkOutput Run(Memory<float> tensor, ImageSize size)
    {
        long[] shape = Contract.Input.Layout == TensorLayout.Nchw ? [1, 3, size.Height, size.Width] : [1, size.Height, size.Width, 3];
        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, tensor, shape);
        return new NetworkOutput(session.Run(runOptions, inputs, [input], outputs));
    }

    /// <summary>Unloads the model.</summary>
    public void Dispose()
    {
        runOptions.Dispose();
        session.Dispose();
    }

    private static InferenceSession Open(string name, string path, SessionSettings settings)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = settings.Threads,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        try
        {
            return new InferenceSession(path, options);
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

        var sidecar = Path.ChangeExtension(path, ".model.json");
        if (File.Exists(sidecar))
        {
            yield return (File.ReadAllText(sidecar), sidecar);
        }
    }
}

/// <summary>A network's output, in ONNX Runtime's memory until it is disposed.</summary>
public sealed class NetworkOutput : IDisposable
{
    private readonly IDisposableReadOnlyCollection<OrtValue> values;

    internal NetworkOutput(IDisposableReadOnlyCollection<OrtValue> values)
    {
        this.values = values;
        var type = values[0].GetTensorTypeAndShape();
        ElementType = type.ElementDataType;
        Shape = type.Shape;
    }

    /// <summary>What the elements are.</summary>
    public Microsoft.ML.OnnxRuntime.Tensors.TensorElementType ElementType { get; }

    /// <summary>The dimensions.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The elements in the order of the shape.</summary>
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged => values[0].GetTensorDataAsSpan<T>();

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => values.Dispose();
}
