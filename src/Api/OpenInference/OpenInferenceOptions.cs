using System.ComponentModel.DataAnnotations;

namespace FcnService.Api.OpenInference;

/// <summary>The limit on an inference request: the section OpenInference.</summary>
internal sealed class OpenInferenceOptions
{
    /// <summary>
    /// The largest body of an inference request, JSON and binary data together, in bytes, 1,000 to 1,000,000,000. Default 67,108,864.
    /// </summary>
    [Range(1_000, 1_000_000_000, ErrorMessage = "OpenInference:MaxBodyBytes is outside 1000 to 1000000000.")]
    public int MaxBodyBytes { get; set; } = 67_108_864;
}
