using FcnService.Api.Metrics;
using OpenTelemetry.Metrics;

namespace FcnService.Api.Tests.Metrics;

/// <summary>The cases of the specification "Prometheus and OpenMetrics Compatibility".</summary>
public sealed class PrometheusNamesTests
{
    [Theory]
    [InlineData("http.server.request.duration", "s", MetricType.Histogram, "http_server_request_duration_seconds")]
    [InlineData("process.cpu.time", "s", MetricType.DoubleSum, "process_cpu_time_seconds_total")]
    [InlineData("requests", "{request}", MetricType.LongSum, "requests_total")]
    [InlineData("requests.total", "", MetricType.LongSum, "requests_total")]
    [InlineData("queue.length", "{item}", MetricType.LongSumNonMonotonic, "queue_length")]
    [InlineData("process.memory.usage", "By", MetricType.LongSumNonMonotonic, "process_memory_usage_bytes")]
    [InlineData("memory_bytes", "By", MetricType.LongGauge, "memory_bytes")]
    [InlineData("gc.share", "1", MetricType.DoubleGauge, "gc_share_ratio")]
    [InlineData("gc.count", "1", MetricType.LongSum, "gc_count_total")]
    [InlineData("disk.speed", "By/s", MetricType.DoubleGauge, "disk_speed_bytes_per_second")]
    [InlineData("a..b--c", "", MetricType.LongGauge, "a_b_c")]
    [InlineData("2.times", "", MetricType.LongGauge, "_2_times")]
    public void Metric_NameUnitAndType_AreMapped(string name, string unit, MetricType type, string expected) =>
        Assert.Equal(expected, PrometheusNames.Metric(name, unit, type));

    [Theory]
    [InlineData("http.route", "http_route")]
    [InlineData("a:b", "a_b")]
    [InlineData("1st", "_1st")]
    public void Label_Key_IsMapped(string key, string expected) => Assert.Equal(expected, PrometheusNames.Label(key));
}
