using System.Text.RegularExpressions;
using OpenTelemetry.Metrics;

namespace FcnService.Api.Metrics;

/// <summary>
/// OpenTelemetry's names as Prometheus has them, by the specification "Prometheus and OpenMetrics Compatibility": without dots, with the
/// unit in words, and <c>_total</c> after a counter.
/// </summary>
internal static partial class PrometheusNames
{
    /// <summary>The name of a metric.</summary>
    /// <param name="name">OpenTelemetry's name.</param>
    /// <param name="unit">The unit in UCUM's signs, or empty.</param>
    /// <param name="type">The metric's type.</param>
    public static string Metric(string name, string unit, MetricType type)
    {
        var full = Repeated().Replace(Foreign().Replace(name, "_"), "_").TrimEnd('_');
        if (char.IsAsciiDigit(full[0]))
        {
            full = "_" + full;
        }

        full = WithSuffix(full, UnitInWords(unit, type));
        return IsCounter(type) ? WithSuffix(full, "total") : full;
    }

    /// <summary>The name of a label.</summary>
    public static string Label(string key)
    {
        var name = ForeignInLabel().Replace(key, "_");
        return name.Length == 0 || char.IsAsciiDigit(name[0]) ? "_" + name : name;
    }

    /// <summary>Whether a metric only ever grows.</summary>
    public static bool IsCounter(MetricType type) => type is MetricType.LongSum or MetricType.DoubleSum;

    private static string WithSuffix(string name, string suffix) =>
        suffix.Length == 0 || name.EndsWith("_" + suffix, StringComparison.Ordinal) ? name : $"{name}_{suffix}";

    // {request} and the like only annotate.
    private static string UnitInWords(string unit, MetricType type)
    {
        var parts = Annotation().Replace(unit, string.Empty).Split('/', 2);
        var words = parts[0] switch
        {
            "1" => type is MetricType.LongGauge or MetricType.DoubleGauge ? "ratio" : string.Empty,
            "s" => "seconds",
            "ms" => "milliseconds",
            "us" => "microseconds",
            "ns" => "nanoseconds",
            "min" => "minutes",
            "h" => "hours",
            "d" => "days",
            "By" => "bytes",
            "KiBy" => "kibibytes",
            "MiBy" => "mebibytes",
            "GiBy" => "gibibytes",
            "%" => "percent",
            var other => Foreign().Replace(other, "_").Trim('_'),
        };
        if (parts.Length == 1 || parts[1].Length == 0)
        {
            return words;
        }

        var per = parts[1] switch
        {
            "s" => "second",
            "min" => "minute",
            "h" => "hour",
            "d" => "day",
            var other => Foreign().Replace(other, "_"),
        };
        return $"{words}_per_{per}".TrimStart('_');
    }

    [GeneratedRegex("[^a-zA-Z0-9_:]")]
    private static partial Regex Foreign();

    [GeneratedRegex("[^a-zA-Z0-9_]")]
    private static partial Regex ForeignInLabel();

    [GeneratedRegex("__+")]
    private static partial Regex Repeated();

    [GeneratedRegex("{[^}]*}")]
    private static partial Regex Annotation();
}
