using System.Net;
using System.Text.RegularExpressions;
using FcnService.Api.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace FcnService.Api.Tests.Metrics;

public sealed partial class MetricsModuleTests(Service service) : IClassFixture<Service>
{
    private const string Masks = """fcnservice_stage_duration_seconds_count{model="fcn8s-camvid",stage="inference"}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Scrape_MediaType_IsPrometheusText()
    {
        using var answer = await service.Client.GetAsync("/metrics", Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task Scrape_AfterMasks_HasEachStageOnceForEachMask()
    {
        var before = await ScrapeAsync();
        await PostAsync(masks: 3);
        var after = await ScrapeAsync();
        foreach (var stage in (string[])["decode", "preprocess", "inference", "postprocess", "encode"])
        {
            var (count, sum) = (Series("count", stage), Series("sum", stage));
            Assert.Equal(3, after[count] - before[count]);
            Assert.True(after[sum] > before[sum], $"{stage} took no time.");
        }

        static string Series(string part, string stage) =>
            $$"""fcnservice_stage_duration_seconds_{{part}}{model="fcn8s-camvid",stage="{{stage}}"}""";
    }

    [Fact]
    public async Task Scrape_AfterRefusals_HasThemByReason()
    {
        var before = await ScrapeAsync();
        using var empty = await service.PostBodyAsync([]);
        using var noImage = await service.PostBodyAsync("hello"u8.ToArray());
        using var noImageEither = await service.PostBodyAsync("hello"u8.ToArray());
        using var unknown = await service.PostBodyAsync(Service.Draw(8, 8), query: "?model=none");
        var after = await ScrapeAsync();
        Assert.Equal(1, After("missing-image"));
        Assert.Equal(2, After("unsupported-format"));
        Assert.Equal(1, After("unknown-model"));
        Assert.Equal(0, after[Masks] - before[Masks]);

        double After(string reason) => after[Series(reason)] - before[Series(reason)];
        static string Series(string reason) => $$"""fcnservice_requests_rejected_total{reason="{{reason}}"}""";
    }

    [Fact]
    public async Task Scrape_AfterRequests_HasThemByStatus()
    {
        const string Unfound = """http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="404"}""";
        var (answered, refused) = (Series(200), Series(415));
        var before = await ScrapeAsync();
        await PostAsync(masks: 2);
        using var noImage = await service.PostBodyAsync("hello"u8.ToArray());
        using var lost = await service.Client.GetAsync("/a/path/that/nobody/serves", Cancellation);

        // The server records a request a moment after its answer is sent.
        var after = await ScrapeAsync(scrape => Since(scrape, answered) >= 2 && Since(scrape, refused) >= 1 && Since(scrape, Unfound) >= 1);
        Assert.Equal((2, 1, 1), (Since(after, answered), Since(after, refused), Since(after, Unfound)));

        double Since(PrometheusScrape scrape, string series) => scrape[series] - before[series];

        static string Series(int status) => "http_server_request_duration_seconds_count"
            + $$"""{http_request_method="POST",http_response_status_code="{{status}}",http_route="/segment"}""";
    }

    [Fact]
    public async Task Scrape_TextOfRequests_IsNowhere()
    {
        using var lost = await service.Client.GetAsync("/paths-of-clients", Cancellation);
        using var unknown = await service.PostBodyAsync(Service.Draw(8, 8), query: "?model=models-of-clients");
        var text = await service.Client.GetStringAsync("/metrics", Cancellation);
        Assert.DoesNotContain("of-clients", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scrape_LoadedModel_IsToldWithItsProvider() =>
        Assert.Equal(1, (await ScrapeAsync())["""fcnservice_model_loaded{model="fcn8s-camvid",provider="cpu"}"""]);

    [Fact]
    public async Task Scrape_InParallel_EachIsWholeAndUpToDate()
    {
        await PostAsync(masks: 1);
        var masks = (await ScrapeAsync())[Masks];
        var scrapes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => ScrapeAsync(), Cancellation)));
        Assert.All(scrapes, scrape => Assert.Equal(masks, scrape[Masks]));
    }

    [Fact]
    public async Task Documentation_Tables_AreWhatIsPrinted()
    {
        var metrics = service.Services.GetRequiredService<ServiceMetrics>();
        metrics.RecordBatch("fcn8s-camvid", 2);
        metrics.CountAbandoned("fcn8s-camvid");
        metrics.ObserveQueue(() => (1.5, 3));
        await PostAsync(masks: 1);
        using var refused = await service.PostBodyAsync([]);
        GC.Collect();
        var scrape = await ScrapeAsync(scrape => scrape.Types.ContainsKey("http_server_request_duration_seconds"));

        var page = await File.ReadAllTextAsync(Path.Combine(SharedData.Repository, "docs", "metrics.md"), Cancellation);
        var rows = TableRow().Matches(page).ToList();
        Assert.Equal(
            scrape.Types.Select(type => (type.Key, type.Value, InRow(scrape.Labels[type.Key]))).Order(),
            rows.Select(row => (row.Groups["name"].Value, row.Groups["type"].Value, row.Groups["labels"].Value.Trim())).Order());
        Assert.All(rows, row =>
        {
            var (name, unit) = (row.Groups["name"].Value, row.Groups["unit"].Value.Trim());
            Assert.Equal(unit == "s", name.Contains("_seconds", StringComparison.Ordinal));
            Assert.Equal(unit == "By", name.Contains("_bytes", StringComparison.Ordinal));
        });

        static string InRow(IEnumerable<string> labels) => string.Join(", ", labels.Select(label => $"`{label}`"));
    }

    private async Task PostAsync(int masks)
    {
        for (var i = 0; i < masks; i++)
        {
            using var answer = await service.PostBodyAsync(Service.Draw(48, 32));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    /// <summary>Scrapes, until the scrape has what comes late; the last attempt is given back in any case.</summary>
    private async Task<PrometheusScrape> ScrapeAsync(Func<PrometheusScrape, bool>? isComplete = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var scrape = PrometheusScrape.Read(await service.Client.GetStringAsync("/metrics", Cancellation));
            if (isComplete is null || isComplete(scrape) || attempt == 100)
            {
                return scrape;
            }

            await Task.Delay(50, Cancellation);
        }
    }

    [GeneratedRegex(@"^\| `(?<name>[^`]+)` \| (?<type>[a-z]+) \|(?<unit>[^|]*)\|(?<labels>[^|]*)\| .+ \|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
