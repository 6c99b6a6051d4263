using System.Globalization;
using System.Text;
using OpenTelemetry.Metrics;

namespace FcnService.Api.Metrics;

/// <summary>Writes metrics in Prometheus' text exposition format, version 0.0.4.</summary>
internal sealed class PrometheusText
{
    /// <summary>The format's media type.</summary>
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder text = new();

    /// <summary>Writes what the metrics come from, as the metric <c>target_info</c>.</summary>
    public void WriteTarget(IEnumerable<KeyValuePair<string, object>> attributes)
    {
        WriteHead("target_info", "gauge", "The process that the metrics come from.");
        WriteSample("target_info", Labels(attributes.Select(attribute => KeyValuePair.Create(attribute.Key, (object?)attribute.Value))), 1);
    }

    /// <summary>Writes a metric with all its series.</summary>
    public void Write(Metric metric)
    {
        var name = PrometheusNames.Metric(metric.Name, metric.Unit, metric.MetricType);
        WriteHead(name, TypeOf(metric.MetricType), metric.Description);
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var tags = new List<KeyValuePair<string, object?>>();
            foreach (var tag in point.Tags)
            {
                tags.Add(tag);
            }

            var labels = Labels(tags);
            if (metric.MetricType == MetricType.Histogram)
            {
                WriteHistogram(name, labels, point);
            }
            else
            {
                WriteSample(name, labels, ValueOf(metric.MetricType, point));
            }
        }
    }

    /// <summary>The text so far.</summary>
    public override string ToString() => text.ToString();

    private static string TypeOf(MetricType type) => type switch
    {
        MetricType.Histogram => "histogram",
        _ when PrometheusNames.IsCounter(type) => "counter",
        _ => "gauge",
    };

    private static double ValueOf(MetricType type, in MetricPoint point) => type switch
    {
        MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong(),
        MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble(),
        MetricType.LongGauge => point.GetGaugeLastValueLong(),
        MetricType.DoubleGauge => point.GetGaugeLastValueDouble(),
        _ => throw new InvalidOperationException($"There is no Prometheus text for a metric of the type {type}."),
    };

    // Keys that become the same label share it, their values joined in the order of the keys, as the specification says.
    private static string Labels(IEnumerable<KeyValuePair<string, object?>> tags) => string.Join(',', tags
        .OrderBy(tag => tag.Key, StringComparer.Ordinal)
        .GroupBy(tag => PrometheusNames.Label(tag.Key), tag => Escape(InWords(tag.Value)).Replace("\"", "\\\"", StringComparison.Ordinal))
        .Select(label => $"{label.Key}=\"{string.Join(';', label)}\""));

    private static string InWords(object? value) => value is bool flag
        ? (flag ? "true" : "false")
        : Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private void WriteHead(string name, string type, string description)
    {
        text.Append("# HELP ").Append(name).Append(' ').Append(Escape(description)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    // OpenTelemetry counts each bucket by itself, Prometheus all up to its bound.
    private void WriteHistogram(string name, string labels, in MetricPoint point)
    {
        var separator = labels.Length == 0 ? string.Empty : ",";
        var count = 0L;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            count += bucket.BucketCount;
            WriteSample($"{name}_bucket", $"{labels}{separator}le=\"{Number(bucket.ExplicitBound)}\"", count);
        }

        WriteSample($"{name}_sum", labels, point.GetHistogramSum());
        WriteSample($"{name}_count", labels, point.GetHistogramCount());
    }

    private void WriteSample(string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }
}
