using System.Text.RegularExpressions;
using FcnService.Api.Errors;

namespace FcnService.Api.Tests.Metrics;

/// <summary>
/// The alerts of docs/operations.md ask for what docs/metrics.md lists, which <see cref="MetricsModuleTests"/> holds against a scrape.
/// </summary>
public sealed partial class AlertsTests
{
    private static readonly string Page = Read("operations.md");

    private static readonly string Alerts = Page.Split("```yaml")[1].Split("```")[0];

    private static readonly Dictionary<string, (string Type, string Labels)> Metrics = MetricRow().Matches(Read("metrics.md"))
        .ToDictionary(row => row.Groups["name"].Value, row => (row.Groups["type"].Value, row.Groups["labels"].Value));

    [Fact]
    public void Expressions_Metrics_AreThoseThatAreScraped()
    {
        var names = MetricName().Matches(Alerts).Select(match => match.Value).ToList();

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.True(IsScraped(name), $"{name} is not in docs/metrics.md."));
    }

    [Fact]
    public void Page_Metrics_AreDocumented() =>
        Assert.All(MetricName().Matches(Page), name => Assert.Contains(Series().Replace(name.Value, string.Empty), Metrics.Keys));

    [Fact]
    public void Expressions_Labels_AreThoseOfTheMetric()
    {
        var labels = Selector().Matches(Alerts)
            .SelectMany(selector => Label().Matches(selector.Groups["labels"].Value)
                .Select(label => (Metric: Series().Replace(selector.Groups["metric"].Value, string.Empty), Label: label.Groups[1].Value)))
            .ToList();

        Assert.NotEmpty(labels);
        Assert.All(labels, it => Assert.Contains($"`{it.Label}`", Metrics[it.Metric].Labels));
    }

    [Fact]
    public void Expressions_Reasons_AreNamesOfProblems()
    {
        var reasons = Reason().Matches(Alerts).Select(match => $"/problems/{match.Groups[1].Value}").ToList();

        Assert.NotEmpty(reasons);
        Assert.All(reasons, reason => Assert.Contains(reason, ProblemKind.All.Select(kind => kind.Type)));
    }

    // A histogram is scraped as three series.
    private static bool IsScraped(string name) =>
        Metrics.TryGetValue(name, out var metric)
            ? metric.Type != "histogram"
            : Metrics.TryGetValue(Series().Replace(name, string.Empty), out var histogram) && histogram.Type == "histogram";

    private static string Read(string page) => File.ReadAllText(Path.Combine(SharedData.Repository, "docs", page));

    [GeneratedRegex(@"^\| `(?<name>[a-z_]+)` \| (?<type>[a-z]+) \|[^|]*\|(?<labels>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex MetricRow();

    [GeneratedRegex(@"\b(fcnservice|http_server|process|dotnet)_[a-z_]+")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"(?<metric>(fcnservice|http_server|process|dotnet)_[a-z_]+)\{(?<labels>[^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"([a-z_]+)(=|!=|=~|!~)""")]
    private static partial Regex Label();

    [GeneratedRegex(@"reason=""([a-z-]+)""")]
    private static partial Regex Reason();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Series();
}
