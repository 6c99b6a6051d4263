using System.Text.Json;
using System.Text.RegularExpressions;

namespace FcnService.Api.Tests.Deployment;

/// <summary>The dashboard asks for nothing that the service does not measure; docs/metrics.md is held against the service elsewhere.</summary>
public sealed partial class DashboardTests
{
    [Fact]
    public void Dashboard_Metrics_AreDocumented()
    {
        var documented = Documented().Matches(Read("docs", "metrics.md")).Select(match => match.Groups[1].Value).ToHashSet();
        var asked = Expressions().SelectMany(expression => Asked().Matches(expression).Select(match => match.Value)).Distinct().ToList();
        Assert.NotEmpty(asked);
        Assert.All(asked, metric => Assert.Contains(PartOfHistogram().Replace(metric, string.Empty), documented));
    }

    [Fact]
    public void Autoscaler_Metric_IsDocumented()
    {
        var metric = Scaled().Match(Read("deploy", "kubernetes", "base", "autoscaler.yaml")).Groups[1].Value;
        Assert.Contains($"`{metric}`", Read("docs", "metrics.md"), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Expressions()
    {
        using var dashboard = JsonDocument.Parse(Read("deploy", "observability", "grafana", "dashboards", "fcnservice.json"));
        return [.. dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!)];
    }

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([SharedData.Repository, .. path]));

    [GeneratedRegex(@"^\| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Documented();

    [GeneratedRegex(@"\b(fcnservice|http_server|process|dotnet)_\w+(?=[\[{)]|$)")]
    private static partial Regex Asked();

    [GeneratedRegex("_(bucket|count|sum)$")]
    private static partial Regex PartOfHistogram();

    [GeneratedRegex(@"metric: \{ name: (\w+) \}")]
    private static partial Regex Scaled();
}
