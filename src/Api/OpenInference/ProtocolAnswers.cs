using System.Text.Json.Serialization;

namespace FcnService.Api.OpenInference;

/// <summary>The server.</summary>
/// <param name="Name">FcnService.</param>
/// <param name="Version">The service's version.</param>
/// <param name="Extensions">What it has beyond the protocol: binary_tensor_data.</param>
public sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions);

/// <summary>That the server answers.</summary>
/// <param name="Live">true.</param>
public sealed record ServerLive(bool Live);

/// <summary>That every model can be used.</summary>
/// <param name="Ready">true.</param>
public sealed record ServerReady(bool Ready);

/// <summary>That a model can be used.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Ready">true.</param>
public sealed record ModelReady(string Name, bool Ready);

/// <summary>What a model takes and gives. A request has one of the inputs.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Versions">The one version that every model has: 1.</param>
/// <param name="Platform">onnxruntime_onnx.</param>
/// <param name="Inputs">An encoded photo, and the network's own tensor.</param>
/// <param name="Outputs">What the service makes of a photo, and the network's own tensor.</param>
public sealed record ModelMetadata(
    string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorMetadata> Inputs, IReadOnlyList<TensorMetadata> Outputs);

/// <summary>A tensor of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">BYTES, UINT8, INT32, INT64 or FP32.</param>
/// <param name="Shape">Its dimensions; −1 where any is taken, or where the input decides.</param>
/// <param name="Parameters">Of an output: the input that it is there for.</param>
public sealed record TensorMetadata(
    string Name,
    string Datatype,
    IReadOnlyList<long> Shape,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] OutputParameters? Parameters = null);

/// <summary>What is particular to an output.</summary>
/// <param name="Input">The input that it is there for.</param>
public sealed record OutputParameters(string Input);

/// <summary>A failure, as the protocol has it.</summary>
/// <param name="Error">What was wrong, and what was expected.</param>
public sealed record ErrorAnswer(string Error);
