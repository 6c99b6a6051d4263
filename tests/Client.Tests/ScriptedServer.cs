using System.Net;
using System.Net.Http.Headers;

namespace FcnService.Client.Tests;

/// <summary>Answers requests with what a test says, in turn, and keeps what was asked.</summary>
internal sealed class ScriptedServer(params Func<HttpResponseMessage>[] answers) : HttpMessageHandler
{
    private static readonly Uri Address = new("http://service.example/");

    public List<(string Address, byte[] Body, HttpRequestHeaders Headers)> Requests { get; } = [];

    public ManualClock Clock { get; } = new();

    /// <summary>A client of this server, whose waits take no time.</summary>
    public SegmentationClient Client(SegmentationClientOptions? options = null) => new(
        new HttpClient(this) { BaseAddress = Address },
        (options ?? new SegmentationClientOptions()) with { TimeProvider = Clock });

    public static HttpResponseMessage Mask() => new(HttpStatusCode.OK)
    {
        Content = new ByteArrayContent([1, 2, 3]) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } },
    };

    public static HttpResponseMessage Problem(HttpStatusCode status, string name, TimeSpan? retryAfter = null)
    {
        var body = $$"""{"type":"/problems/{{name}}","title":"A title.","status":{{(int)status}},"detail":"A detail.","traceId":"00-1"}""";
        var answer = new HttpResponseMessage(status) { Content = new StringContent(body, new MediaTypeHeaderValue("application/problem+json")) };
        answer.Headers.RetryAfter = retryAfter is { } time ? new RetryConditionHeaderValue(time) : null;
        return answer;
    }

    public static HttpResponseMessage NoConnection() => throw new HttpRequestException("No connection.");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        Requests.Add((request.RequestUri!.PathAndQuery, body, request.Headers));
        return answers[Math.Min(Requests.Count, answers.Length) - 1]();
    }
}
