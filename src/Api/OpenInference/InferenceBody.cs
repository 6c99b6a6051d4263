using FcnService.Api.Segmentation;

namespace FcnService.Api.OpenInference;

/// <summary>The body of an inference request, in pooled memory. Dispose it once.</summary>
/// <param name="bytes">All of it; belongs to the body from now on.</param>
/// <param name="jsonLength">How much of it is JSON.</param>
internal sealed class InferenceBody(Upload bytes, int jsonLength) : IDisposable
{
    /// <summary>The JSON at its beginning.</summary>
    public ReadOnlyMemory<byte> Json => bytes.Bytes[..jsonLength];

    /// <summary>The binary data after the JSON.</summary>
    public ReadOnlyMemory<byte> Binary => bytes.Bytes[jsonLength..];

    public void Dispose() => bytes.Dispose();
}
