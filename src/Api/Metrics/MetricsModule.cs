using FcnService.Api.Admission;
using FcnService.Api.Hosting;
using FcnService.Api.Models;
using FcnService.Inference.Providers;

namespace FcnService.Api.Metrics;

/// <summary>The service's metrics and traces: <c>GET /metrics</c> for Prometheus, and OTLP to a collector.</summary>
internal static class MetricsModule
{
    public static void AddMetrics(this WebApplicationBuilder builder)
    {
        builder.AddCheckedOptions<TelemetryOptions>("Telemetry");
        builder.Services.AddSingleton<ServiceMetrics>();
        builder.Services.AddSingleton<Telemetry>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Telemetry>());
    }

    /// <summary>Maps <c>GET /metrics</c>; for machines: docs/metrics.md explains it, the OpenAPI document leaves it out.</summary>
    public static void MapMetrics(this WebApplication app)
    {
        var served = app.Services.GetRequiredService<ServedModels>();
        var selection = app.Services.GetRequiredService<Lazy<ProviderSelection>>();
        var metrics = app.Services.GetRequiredService<ServiceMetrics>();
        metrics.ObserveModels(() => States(served));
        metrics.ObserveProvider(() => selection.IsValueCreated ? selection.Value.Provider : null);
        metrics.ObserveQueue(() => app.Services.GetRequiredService<AdmissionControl>().Queue);
        app.MapGet("/metrics", Scrape).WithName("Metrics").ExcludeFromDescription();
    }

    private static IResult Scrape(Telemetry telemetry) => telemetry.Prometheus.Scrape() is { } text
        ? TypedResults.Text(text, PrometheusText.MediaType)
        : TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);

    private static IEnumerable<(string Name, bool Loaded, string Provider)> States(ServedModels served) =>
        served.IsLoaded ? served.Describe().Select(model => (model.Name, model.Fault is null, model.Provider)) : [];
}
