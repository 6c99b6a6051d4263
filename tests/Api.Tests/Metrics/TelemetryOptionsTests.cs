using System.ComponentModel.DataAnnotations;
using FcnService.Api.Metrics;

namespace FcnService.Api.Tests.Metrics;

public sealed class TelemetryOptionsTests
{
    [Theory]
    [InlineData("collector:4318")]
    [InlineData("ftp://collector")]
    [InlineData("/v1/metrics")]
    public void Validate_EndpointThatIsNoHttpAddress_IsNamed(string endpoint)
    {
        var fault = Assert.Single(Faults(new TelemetryOptions { OtlpEndpoint = endpoint }));
        Assert.Equal($"Telemetry:OtlpEndpoint is '{endpoint}'; expected an http or https address.", fault);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("https://collector:4318/base/")]
    public void Validate_NoEndpointOrAnAddress_IsTaken(string? endpoint) =>
        Assert.Empty(Faults(new TelemetryOptions { OtlpEndpoint = endpoint }));

    [Theory]
    [InlineData(0)]
    [InlineData(3601)]
    public void Validate_IntervalOutOfRange_IsNamed(int seconds)
    {
        var options = new TelemetryOptions { OtlpIntervalSeconds = seconds };
        Assert.Equal(["Telemetry:OtlpIntervalSeconds is outside 1 to 3600."], Faults(options));
    }

    [Theory]
    [InlineData("http://collector:4318")]
    [InlineData("http://collector:4318/")]
    public void SignalAddress_Base_GetsThePath(string endpoint)
    {
        var options = new TelemetryOptions { OtlpEndpoint = endpoint };
        Assert.Equal(new Uri("http://collector:4318/v1/traces"), options.SignalAddress("v1/traces"));
    }

    private static List<string?> Faults(TelemetryOptions options)
    {
        var faults = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true);
        return [.. faults.Select(fault => fault.ErrorMessage)];
    }
}
