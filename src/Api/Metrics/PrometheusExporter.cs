using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace FcnService.Api.Metrics;

/// <summary>Collects the metrics on demand. Safe for scrapes in parallel.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    private readonly Lock scraping = new();
    private string text = string.Empty;

    /// <summary>Set by the SDK's reader.</summary>
    public Func<int, bool>? Collect { get; set; }

    /// <summary>Collects every metric as it is now.</summary>
    /// <returns>Prometheus' text, or null if the service is stopping.</returns>
    public string? Scrape()
    {
        // One by one: the SDK would have scrapes in parallel share one collection, which may have begun before the later one asked.
        lock (scraping)
        {
            return Collect?.Invoke(Timeout.Infinite) == true ? text : null;
        }
    }

    /// <summary>Called by the reader; the batch is valid during the call only.</summary>
    public override ExportResult Export(in Batch<Metric> batch)
    {
        var writer = new PrometheusText();
        writer.WriteTarget(ParentProvider.GetResource().Attributes);
        foreach (var metric in batch)
        {
            writer.Write(metric);
        }

        text = writer.ToString();
        return ExportResult.Success;
    }
}
