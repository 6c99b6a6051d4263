using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using FcnService.Api.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FcnService.Api.Tests.Metrics;

public sealed class TelemetryTests
{
    private static readonly string[] Stages = ["decode", "preprocess", "inference", "postprocess", "encode"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Push_EndpointConfigured_SendsMetricsAndTraces()
    {
        await using var collector = await Collector.StartAsync();
        await using (var service = new PushingService(collector.Address))
        {
            await service.InitializeAsync();
            await SegmentAsync(service);
            End(service);
        }

        Assert.All(collector.Received, push => Assert.Equal("application/x-protobuf", push.MediaType));
        Assert.Equal(["/v1/metrics", "/v1/traces"], collector.Received.Select(push => push.Path).Distinct().Order(StringComparer.Ordinal));
        Assert.True(collector.Has("/v1/metrics", "fcnservice.stage.duration"));
        Assert.True(collector.Has("/v1/metrics", "http.server.request.duration"));
        Assert.All(Stages, stage => Assert.True(collector.Has("/v1/traces", stage), $"There is no span {stage}."));
    }

    [Fact]
    public async Task Push_NoEndpointConfigured_SendsNothingWhateverTheEnvironmentSays()
    {
        await using var collector = await Collector.StartAsync();
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address);
        try
        {
            await using var service = new Service();
            await service.InitializeAsync();
            await SegmentAsync(service);
            End(service);
        }
        finally
        {
            Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", null);
        }

        Assert.Empty(collector.Received);
    }

    [Fact]
    public async Task Trace_OfARequest_HasTheStagesUnderTheServersSpan()
    {
        var (trace, caller) = (ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom());
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "FcnService" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                if (span.TraceId == trace && span.Source.Name == "FcnService")
                {
                    spans.Enqueue(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var service = new Service();
        await service.InitializeAsync();
        await SegmentAsync(service, $"00-{trace}-{caller}-01");

        Assert.Equal(Stages, spans.Select(span => span.DisplayName));
        Assert.All(spans, span => Assert.Equal("fcn8s-camvid", span.GetTagItem("model")));
        var server = Assert.IsType<Activity>(Assert.Single(spans.Select(span => span.Parent).Distinct()));
        Assert.Equal(("Microsoft.AspNetCore", caller), (server.Source.Name, server.ParentSpanId));
    }

    // What is not pushed yet is pushed now; a factory's disposal returns before the service's own disposals are done.
    private static void End(Service service) => service.Services.GetRequiredService<Telemetry>().Dispose();

    private static async Task SegmentAsync(Service service, string? traceParent = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/segment") { Content = new ByteArrayContent(Service.Draw(48, 32)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        request.Headers.Add("traceparent", traceParent ?? $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01");
        using var answer = await service.Client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private sealed class PushingService(string address) : Service
    {
        protected override Dictionary<string, string> Settings { get; } = new() { ["Telemetry:OtlpEndpoint"] = address };
    }

    private sealed record Push(string Path, string? MediaType, byte[] Body);

    /// <summary>Takes whatever is pushed, at a free port of the loopback interface.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication app;

        private Collector()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            app = builder.Build();
            app.Urls.Add("http://127.0.0.1:0");
            app.Run(TakeAsync);
        }

        public ConcurrentQueue<Push> Received { get; } = [];

        public string Address => app.Urls.Single();

        public static async Task<Collector> StartAsync()
        {
            var collector = new Collector();
            await collector.app.StartAsync(Cancellation);
            return collector;
        }

        public bool Has(string path, string words) => Received.Any(push =>
            push.Path == path && push.Body.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(words)) >= 0);

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private async Task TakeAsync(HttpContext context)
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            Received.Enqueue(new Push(context.Request.Path, context.Request.ContentType, body.ToArray()));
        }
    }
}
