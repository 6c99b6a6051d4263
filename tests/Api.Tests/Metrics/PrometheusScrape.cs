using System.Globalization;
using System.Text.RegularExpressions;

namespace FcnService.Api.Tests.Metrics;

/// <summary>A reader of Prometheus' text format 0.0.4 that takes only what the format allows, and checks histograms.</summary>
internal sealed partial class PrometheusScrape
{
    private readonly Dictionary<string, double> samples = [];

    private PrometheusScrape()
    {
    }

    /// <summary>The type of each metric.</summary>
    public Dictionary<string, string> Types { get; } = [];

    /// <summary>The labels that each metric's series have, but <c>le</c>.</summary>
    public Dictionary<string, SortedSet<string>> Labels { get; } = [];

    public static PrometheusScrape Read(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var scrape = new PrometheusScrape();
        var (described, current) = (string.Empty, string.Empty);
        foreach (var line in text[..^1].Split('\n'))
        {
            if (Help().Match(line) is { Success: true } help)
            {
                described = help.Groups[1].Value;
            }
            else if (Type().Match(line) is { Success: true } type)
            {
                current = type.Groups[1].Value;
                Assert.Equal(described, current);
                Assert.True(scrape.Types.TryAdd(current, type.Groups[2].Value), $"{current} has two TYPE lines.");
                scrape.Labels[current] = new(StringComparer.Ordinal);
            }
            else
            {
                scrape.AddSample(line, current);
            }
        }

        scrape.CheckHistograms();
        return scrape;
    }

    /// <summary>The value of a sample, written as in the text, with its labels in the order of their names; 0 if there is none.</summary>
    public double this[string sample] => samples.GetValueOrDefault(sample);

    private void AddSample(string line, string metric)
    {
        var sample = Sample().Match(line);
        Assert.True(sample.Success, $"This is no sample: {line}");
        var name = sample.Groups["name"].Value;
        Assert.True(BelongsTo(name, metric), $"{name} stands under the TYPE of '{metric}'.");
        var labels = sample.Groups["label"].Captures.Select(label => label.Value).ToList();
        Assert.Equal(labels.Distinct(), labels);
        Labels[metric].UnionWith(labels.Where(label => label != "le"));
        var series = line[..line.LastIndexOf(' ')];
        Assert.True(samples.TryAdd(series, Number(sample.Groups["value"].Value)), $"{series} stands there twice.");
    }

    private bool BelongsTo(string sample, string metric) => metric.Length > 0 && (Types[metric] == "histogram"
        ? sample == $"{metric}_bucket" || sample == $"{metric}_sum" || sample == $"{metric}_count"
        : sample == metric && (Types[metric] == "counter") == metric.EndsWith("_total", StringComparison.Ordinal));

    private void CheckHistograms()
    {
        foreach (var metric in Types.Where(type => type.Value == "histogram").Select(type => type.Key))
        {
            var series = samples.Where(sample => sample.Key.StartsWith($"{metric}_bucket{{", StringComparison.Ordinal))
                .GroupBy(
                    sample => Bound().Replace(sample.Key, string.Empty).Replace("{}", string.Empty, StringComparison.Ordinal),
                    sample => (Bound: Number(Bound().Match(sample.Key).Groups[1].Value), Count: sample.Value))
                .ToList();
            Assert.NotEmpty(series);
            foreach (var buckets in series)
            {
                Assert.Equal(buckets.OrderBy(bucket => bucket.Bound), buckets);
                var counts = buckets.Select(bucket => bucket.Count).ToList();
                Assert.Equal(counts.Order(), counts);
                Assert.Equal(double.PositiveInfinity, buckets.Last().Bound);
                var count = buckets.Key.Replace($"{metric}_bucket", $"{metric}_count", StringComparison.Ordinal);
                Assert.Equal(samples[count], buckets.Last().Count);
                Assert.Contains(count.Replace($"{metric}_count", $"{metric}_sum", StringComparison.Ordinal), samples.Keys);
            }
        }
    }

    private static double Number(string value) => value switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(value, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex("^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (?:[^\\\\]|\\\\[\\\\n])*$")]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$")]
    private static partial Regex Type();

    [GeneratedRegex(
        """^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"""
        + """(?:\{(?:(?:,|(?<=\{))(?<label>[a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\\n]|\\[\\"n])*")+\})?"""
        + """ (?<value>[-+0-9.eE]+|[+-]Inf|NaN)$""")]
    private static partial Regex Sample();

    [GeneratedRegex(""",?le="([^"]+)"(?=\}$)""")]
    private static partial Regex Bound();
}
