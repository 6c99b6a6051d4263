using System.Net;

namespace FcnService.Client.Tests;

public sealed class RetriesTests
{
    private static readonly byte[] Image = [.. Enumerable.Range(0, 200_000).Select(i => (byte)i)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Segment_Overloaded_WaitsAsLongAsToldAndSendsTheWholeImageAgain()
    {
        using var server = new ScriptedServer(
            () => ScriptedServer.Problem(HttpStatusCode.TooManyRequests, "overloaded", TimeSpan.FromSeconds(8)),
            () => ScriptedServer.Problem(HttpStatusCode.TooManyRequests, "overloaded", TimeSpan.FromSeconds(3)),
            ScriptedServer.Mask);

        using var answer = await server.Client().SegmentAsync(ImageSource.FromBytes(Image), cancellation: Cancellation);

        Assert.Equal([1, 2, 3], await answer.ReadBytesAsync(Cancellation));
        Assert.Equal(3, server.Requests.Count);
        Assert.All(server.Requests, request => Assert.Equal(Image, request.Body));
        Assert.InRange(server.Clock.Waits[0].TotalSeconds, 8, 10);
        Assert.InRange(server.Clock.Waits[1].TotalSeconds, 3, 3.75);
    }

    [Fact]
    public async Task Segment_NotReadyWithoutATime_WaitsLongerEachTime()
    {
        using var server = new ScriptedServer([
            .. Enumerable.Repeat(() => ScriptedServer.Problem(HttpStatusCode.ServiceUnavailable, "not-ready"), 3),
            ScriptedServer.NoConnection,
            ScriptedServer.Mask]);

        using var answer = await server.Client().SegmentAsync(ImageSource.FromBytes(Image), cancellation: Cancellation);

        Assert.Equal(4, server.Clock.Waits.Count);
        var doubled = 0.25;
        foreach (var wait in server.Clock.Waits)
        {
            Assert.InRange(wait.TotalSeconds, doubled / 2, doubled);
            doubled *= 2;
        }
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, "undecodable-image")]
    [InlineData(HttpStatusCode.NotFound, "unknown-model")]
    [InlineData(HttpStatusCode.GatewayTimeout, "timeout")]
    public async Task Segment_RefusedForGood_IsToldAtOnce(HttpStatusCode status, string name)
    {
        using var server = new ScriptedServer(() => ScriptedServer.Problem(status, name));

        var refused = await Assert.ThrowsAsync<SegmentationException>(() => server.Client().SegmentAsync(ImageSource.FromBytes(Image), cancellation: Cancellation));

        Assert.Equal(
            (status, $"/problems/{name}", "A title.", "A detail.", "00-1"), (refused.Status, refused.Type, refused.Title, refused.Detail, refused.TraceId));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Segment_RefusedAgainAndAgain_IsGivenUpAfterTheAttempts()
    {
        using var server = new ScriptedServer(() => ScriptedServer.Problem(HttpStatusCode.TooManyRequests, "overloaded", TimeSpan.FromSeconds(1)));
        var client = server.Client(new SegmentationClientOptions { MaxAttempts = 4 });

        var refused = await Assert.ThrowsAsync<SegmentationException>(() => client.SegmentAsync(ImageSource.FromBytes(Image), cancellation: Cancellation));

        Assert.Equal(TimeSpan.FromSeconds(1), refused.RetryAfter);
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task Segment_ToldToWaitBeyondTheTime_IsGivenUpAtOnce()
    {
        using var server = new ScriptedServer(() => ScriptedServer.Problem(HttpStatusCode.TooManyRequests, "rate-limited", TimeSpan.FromSeconds(50)));
        var client = server.Client(new SegmentationClientOptions { MaxTime = TimeSpan.FromSeconds(70) });

        await Assert.ThrowsAsync<SegmentationException>(() => client.SegmentAsync(ImageSource.FromBytes(Image), cancellation: Cancellation));

        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Segment_NoConnection_IsToldAfterTheAttempts()
    {
        using var server = new ScriptedServer(ScriptedServer.NoConnection);

        await Assert.ThrowsAsync<HttpRequestException>(() => server.Client().SegmentAsync(ImageSource.FromBytes(Image), cancellation: Cancellation));

        Assert.Equal(6, server.Requests.Count);
    }

    [Fact]
    public async Task Segment_CancelledWhileItWaits_Ends()
    {
        using var server = new ScriptedServer(() => ScriptedServer.Problem(HttpStatusCode.TooManyRequests, "overloaded", TimeSpan.FromSeconds(1)));
        using var cancelling = new CancellationTokenSource();
        server.Clock.OnWait = cancelling.Cancel;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => server.Client().SegmentAsync(ImageSource.FromBytes(Image), cancellation: cancelling.Token));

        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Segment_StreamFromItsMiddle_IsSentFromThereEachTime()
    {
        using var server = new ScriptedServer(ScriptedServer.NoConnection, ScriptedServer.Mask);
        using var stream = new MemoryStream(Image) { Position = 1000 };

        using var answer = await server.Client().SegmentAsync(ImageSource.FromStream(stream), cancellation: Cancellation);

        Assert.Equal(2, server.Requests.Count);
        Assert.All(server.Requests, request => Assert.Equal(Image[1000..], request.Body));
        Assert.True(stream.CanRead);
    }

    [Fact]
    public async Task Segment_StreamThatCannotSeek_IsSentOnce()
    {
        using var server = new ScriptedServer(() => ScriptedServer.Problem(HttpStatusCode.TooManyRequests, "overloaded", TimeSpan.FromSeconds(1)));
        using var stream = new OneWayStream(Image);
        var source = ImageSource.FromStream(stream);

        await Assert.ThrowsAsync<SegmentationException>(() => server.Client().SegmentAsync(source, cancellation: Cancellation));

        Assert.Equal(Image, Assert.Single(server.Requests).Body);
        var again = await Assert.ThrowsAsync<InvalidOperationException>(() => server.Client().SegmentAsync(source, cancellation: Cancellation));
        Assert.Contains("cannot seek", again.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Segment_MissingFile_IsToldAtOnce()
    {
        using var server = new ScriptedServer(ScriptedServer.Mask);
        using var folder = new TemporaryFolder();

        await Assert.ThrowsAsync<FileNotFoundException>(
            () => server.Client().SegmentAsync(ImageSource.FromFile(folder["none.jpg"]), cancellation: Cancellation));

        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Segment_StreamThatFails_IsToldAtOnce()
    {
        using var server = new ScriptedServer(ScriptedServer.Mask);
        using var stream = new OneWayStream(Image, failsAt: 100_000);

        var failed = await Assert.ThrowsAsync<IOException>(() => server.Client().SegmentAsync(ImageSource.FromStream(stream), cancellation: Cancellation));

        Assert.Contains("The disk broke.", failed.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
        Assert.Empty(server.Clock.Waits);
    }
}
