using System.Diagnostics.Metrics;
using FcnService.Inference;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FcnService.Api.Metrics;

/// <summary>
/// What is collected, and where it goes: to whoever asks <c>GET /metrics</c>, and to a collector if one is configured. Built as the service
/// starts; what is not pushed yet is pushed as it ends.
/// </summary>
internal sealed class Telemetry : IHostedService, IDisposable
{
    private readonly MeterProvider meterProvider;
    private readonly TracerProvider? tracerProvider;

    /// <summary>Begins to collect.</summary>
    public Telemetry(IOptions<TelemetryOptions> options, IMeterFactory meters)
    {
        var target = options.Value;
        var metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(Describe)
            .AddMeter(ServiceMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "System.Runtime")
            .AddView(instrument => View(instrument, meters))
            .AddReader(new BaseExportingMetricReader(Prometheus));
        if (target.Pushes)
        {
            metrics.AddOtlpExporter((exporter, reader) =>
            {
                Aim(exporter, target.SignalAddress("v1/metrics"));
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = target.OtlpIntervalSeconds * 1000;
            });
            tracerProvider = Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(Describe)
                .AddSource(StageTrace.SourceName, "Microsoft.AspNetCore")
                .AddOtlpExporter(exporter => Aim(exporter, target.SignalAddress("v1/traces")))
                .Build();
        }

        meterProvider = metrics.Build();
    }

    /// <summary>What answers <c>GET /metrics</c>.</summary>
    public PrometheusExporter Prometheus { get; } = new();

    // All is done by creating and disposing; being a hosted service has the host create it before the first request.
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        tracerProvider?.Dispose();
        meterProvider.Dispose();
    }

    private static void Describe(ResourceBuilder resource) => resource.AddService(
        ServiceMetrics.MeterName,
        serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString(3));

    private static void Aim(OtlpExporterOptions exporter, Uri address)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = address;
    }

    private static MetricStreamConfiguration? View(Instrument instrument, IMeterFactory meters) => instrument switch
    {
        _ when IsForeign(instrument, meters) => MetricStreamConfiguration.Drop,
        // The route is a template, never what was asked for. The protocol and the like would only multiply the series.
        { Name: "http.server.request.duration" } => new MetricStreamConfiguration
        {
            TagKeys = ["http.request.method", "http.route", "http.response.status_code"],
        },
        _ => null,
    };

    // The SDK listens to every meter of a name in the process; those of another service beside this one, as in tests, are not ours to tell.
    private static bool IsForeign(Instrument instrument, IMeterFactory meters) => instrument.Meter.Scope is { } scope && scope != meters;
}
