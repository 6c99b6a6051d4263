using System.Net;

namespace FcnService.Api.Tests.Access;

/// <summary>Clients that send too slowly, or not at all, to a service of little patience.</summary>
public sealed class ConnectionsTests(ConnectionsTests.Impatient service) : IClassFixture<ConnectionsTests.Impatient>
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Content-Type: image/png", "")]
    [InlineData("Content-Type: multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=image\r\n\r\n")]
    public async Task Bodies_OfAByteAtATime_AreCutOffWhileOthersAreServed(string type, string begin)
    {
        var slow = Enumerable.Range(0, 20).Select(_ => TrickleBodyAsync(type, begin)).ToList();
        var all = Task.WhenAll(slow);
        do
        {
            using var answer = await service.PostBodyAsync(Service.Draw(32, 32));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        while (!all.IsCompleted);

        foreach (var answer in await all)
        {
            Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
            Assert.Contains("/problems/request-timeout", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Headers_OfAByteAtATime_AreCutOff()
    {
        using var connection = Connect();
        await connection.SendAsync("GET /models HTTP/1.1\r\nHost: any\r\nX-Slow: ");
        Assert.StartsWith("HTTP/1.1 408 ", await connection.TrickleAsync(Pause), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_ClosedByHalfWithinABody_IsClosed()
    {
        using var connection = Connect();
        await connection.SendAsync(Request("Content-Type: image/png"));
        connection.CloseHalf();
        Assert.DoesNotContain("HTTP/1.1 200", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        using var answer = await service.Client.GetAsync("/models", Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Connection_WithoutARequest_IsClosed()
    {
        using var connection = Connect();
        Assert.Empty(await connection.ReadToEndAsync());
        using var answer = await service.Client.GetAsync("/models", Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Connection_BeyondTheirNumber_IsClosedUnanswered()
    {
        await using var narrow = new Narrow();
        await narrow.InitializeAsync();
        var connections = new List<RawConnection>();
        try
        {
            // The client that waited for the service may hold one as well.
            var answers = new List<string>();
            for (var i = 0; i <= Narrow.Max; i++)
            {
                connections.Add(Connect(narrow));
                answers.Add(await connections[i].AskAsync("GET /healthz/live HTTP/1.1\r\nHost: any\r\n\r\n"));
            }

            Assert.StartsWith("HTTP/1.1 200 ", answers[0], StringComparison.Ordinal);
            Assert.Empty(answers[^1]);
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    private RawConnection Connect() => Connect(service);

    private static RawConnection Connect(Service service) => new(service.Client.BaseAddress!.Host, service.Client.BaseAddress.Port);

    private async Task<string> TrickleBodyAsync(string type, string begin)
    {
        using var connection = Connect();
        await connection.SendAsync(Request(type) + begin);
        return await connection.TrickleAsync(Pause);
    }

    private static string Request(string type) => $"POST /segment HTTP/1.1\r\nHost: any\r\n{type}\r\nContent-Length: 10000\r\n\r\n";

    public sealed class Impatient : Service
    {
        protected override Dictionary<string, string> Settings => new()
        {
            ["Connections:GraceSeconds"] = "2",
            ["Connections:HeadersSeconds"] = "2",
            ["Connections:KeepAliveSeconds"] = "3",
        };
    }

    public sealed class Narrow : Service
    {
        public const int Max = 3;

        protected override Dictionary<string, string> Settings => new() { ["Connections:Max"] = $"{Max}" };
    }
}
