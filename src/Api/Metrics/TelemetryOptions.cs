using System.ComponentModel.DataAnnotations;

namespace FcnService.Api.Metrics;

/// <summary>Where metrics and traces are pushed: the section Telemetry. <c>GET /metrics</c> needs none of it.</summary>
internal sealed class TelemetryOptions : IValidatableObject
{
    /// <summary>
    /// The base address of an OTLP collector, as in "http://collector:4318"; http/protobuf is posted to v1/metrics and v1/traces under it.
    /// Default none: nothing is pushed.
    /// </summary>
    public string? OtlpEndpoint { get; set; }

    /// <summary>Seconds between two pushes of the metrics, 1 to 3,600; ignored without an endpoint. Default 60.</summary>
    [Range(1, 3_600, ErrorMessage = "Telemetry:OtlpIntervalSeconds is outside 1 to 3600.")]
    public int OtlpIntervalSeconds { get; set; } = 60;

    /// <summary>Whether metrics and traces are pushed.</summary>
    public bool Pushes => !string.IsNullOrEmpty(OtlpEndpoint);

    /// <summary>The address of one of the collector's signals.</summary>
    /// <param name="path">v1/metrics or v1/traces.</param>
    public Uri SignalAddress(string path) => new($"{OtlpEndpoint!.TrimEnd('/')}/{path}");

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Pushes && !(Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
        {
            yield return new ValidationResult($"Telemetry:OtlpEndpoint is '{OtlpEndpoint}'; expected an http or https address.");
        }
    }
}
