using System.Diagnostics.Metrics;
using FcnService.Api.Metrics;
using FcnService.Inference.Providers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Tests.Metrics;

public sealed class ServiceMetricsTests : IDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ServiceMetrics metrics;
    private readonly Telemetry telemetry;

    public ServiceMetricsTests()
    {
        var meters = services.GetRequiredService<IMeterFactory>();
        metrics = new ServiceMetrics(meters);
        telemetry = new Telemetry(Options.Create(new TelemetryOptions()), meters);
    }

    [Fact]
    public void ObserveQueue_Pixels_AreCountedInOnes()
    {
        metrics.ObserveQueue(() => (1.5, 3));
        var scrape = Scrape();
        Assert.Equal(1_500_000, scrape["fcnservice_queue_pixels"]);
        Assert.Equal(3, scrape["fcnservice_queue_requests"]);
    }

    [Fact]
    public void ObserveModels_ModelThatIsGone_IsToldAsNotLoaded()
    {
        metrics.ObserveModels(() => [("a", true, "cpu"), ("b", false, "cpu")]);
        var before = Scrape();
        metrics.ObserveModels(() => [("a", true, "cuda")]);
        var after = Scrape();
        Assert.Equal((1, 0), (before[Loaded("a", "cpu")], before[Loaded("a", "cuda")]));
        Assert.Equal((0, 1), (after[Loaded("a", "cpu")], after[Loaded("a", "cuda")]));

        static string Loaded(string model, string provider) => $$"""fcnservice_model_loaded{model="{{model}}",provider="{{provider}}"}""";
    }

    [Fact]
    public void ObserveProvider_NotSelectedYet_IsNotTold()
    {
        metrics.ObserveProvider(() => null);
        Assert.DoesNotContain("fcnservice_inference_provider{", telemetry.Prometheus.Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void ObserveProvider_Selected_IsToldWithItsDevice()
    {
        metrics.ObserveProvider(() => ExecutionProvider.Cpu);
        Assert.Equal(1, Scrape()[$$"""fcnservice_inference_provider{device="{{ExecutionProvider.Cpu.Device}}",provider="cpu"}"""]);
    }

    [Fact]
    public void RecordBatch_Sizes_FallIntoTheirBuckets()
    {
        metrics.RecordBatch("a", 1);
        metrics.RecordBatch("a", 3);
        metrics.RecordBatch("a", 4);
        var scrape = Scrape();
        Assert.Equal((1, 1, 3, 3), (Bucket("1"), Bucket("2"), Bucket("4"), Bucket("+Inf")));
        Assert.Equal(8, scrape["""fcnservice_batch_size_sum{model="a"}"""]);

        double Bucket(string bound) => scrape[$$"""fcnservice_batch_size_bucket{model="a",le="{{bound}}"}"""];
    }

    [Fact]
    public void CountRejection_AnotherServiceInTheProcess_IsNotTold()
    {
        using var others = new ServiceCollection().AddMetrics().BuildServiceProvider();
        new ServiceMetrics(others.GetRequiredService<IMeterFactory>()).CountRejection("not-ready");
        metrics.CountRejection("not-found");
        var scrape = Scrape();
        Assert.Equal(0, scrape["""fcnservice_requests_rejected_total{reason="not-ready"}"""]);
        Assert.Equal(1, scrape["""fcnservice_requests_rejected_total{reason="not-found"}"""]);
    }

    [Fact]
    public void Scrape_LabelWithSigns_IsEscaped()
    {
        metrics.CountRejection("a \"b\" \\ c\nd");
        Assert.Equal(1, Scrape()["""fcnservice_requests_rejected_total{reason="a \"b\" \\ c\nd"}"""]);
    }

    [Fact]
    public void Scrape_ServiceThatEnds_GivesNothing()
    {
        telemetry.Dispose();
        Assert.Null(telemetry.Prometheus.Scrape());
    }

    public void Dispose()
    {
        telemetry.Dispose();
        services.Dispose();
    }

    private PrometheusScrape Scrape() => PrometheusScrape.Read(telemetry.Prometheus.Scrape()!);
}
