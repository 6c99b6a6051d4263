namespace FcnService.Api.OpenInference;

/// <summary>An inference request. Its data lie in the request's body, which must outlive it.</summary>
/// <param name="Id">What the answer repeats, or null.</param>
/// <param name="Input">The one input: a model here takes one.</param>
/// <param name="Outputs">The outputs asked for; empty asks for what is given by default.</param>
/// <param name="WantsBinary">Whether outputs that do not say otherwise are sent as binary data.</param>
internal sealed record InferenceRequest(string? Id, RequestInput Input, IReadOnlyList<RequestOutput> Outputs, bool WantsBinary);

/// <summary>An input tensor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">The name of its data type, as sent.</param>
/// <param name="Shape">Its dimensions, each at least 0.</param>
/// <param name="Data">Its elements: little-endian binary data, or a JSON array.</param>
/// <param name="IsBinary">Which of the two.</param>
internal sealed record RequestInput(string Name, string Datatype, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data, bool IsBinary)
{
    /// <summary>As in "'image' FP32 [1, 3, 32, 32]".</summary>
    public override string ToString() => $"'{Name}' {Datatype} [{string.Join(", ", Shape)}]";
}

/// <summary>An output that is asked for.</summary>
/// <param name="Name">Its name.</param>
/// <param name="WantsBinary">Whether it is sent as binary data, or null if the request decides.</param>
internal sealed record RequestOutput(string Name, bool? WantsBinary);
