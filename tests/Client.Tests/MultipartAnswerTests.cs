using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace FcnService.Client.Tests;

public sealed class MultipartAnswerTests
{
    private static readonly MediaTypeHeaderValue Type = MediaTypeHeaderValue.Parse("multipart/mixed; boundary=mine");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Read_Parts_AreTheAnswersHoweverTheyArrive(int mostAtOnce)
    {
        // The content of the first looks like the end of the whole.
        var large = new string('x', 50_000);
        using var stream = Stream(
            "--mine\r\nStatus: 200\r\nContent-Type: image/png\r\nX-Model: a\r\nContent-Length: 12\r\n\r\n\r\n--mine--\r\n\r\n"
            + "--mine\r\nStatus: 400\r\nContent-Type: application/problem+json\r\nContent-Length: 0\r\n\r\n\r\n"
            + $"--mine\r\nContent-Length: 50000\r\nStatus: 200\r\n\r\n{large}\r\n--mine--\r\n",
            mostAtOnce);
        var answer = MultipartAnswer.Open(stream, Type);

        using var first = await answer.ReadAsync(Cancellation);
        using var second = await answer.ReadAsync(Cancellation);
        using var third = await answer.ReadAsync(Cancellation);

        Assert.Equal("\r\n--mine--\r\n", await first.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal((HttpStatusCode.OK, "image/png"), (first.StatusCode, first.Content.Headers.ContentType?.MediaType));
        Assert.Equal("a", Assert.Single(first.Headers.GetValues("X-Model")));
        Assert.Equal((HttpStatusCode.BadRequest, 0), (second.StatusCode, (await second.Content.ReadAsByteArrayAsync(Cancellation)).Length));
        Assert.Equal(large, await third.Content.ReadAsStringAsync(Cancellation));
        await Assert.ThrowsAnyAsync<IOException>(() => answer.ReadAsync(Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("--mi")]
    [InlineData("--mine\r\nStatus: 200\r\nContent-")]
    [InlineData("--mine\r\nStatus: 200\r\nContent-Length: 5\r\n\r\nabcd")]
    public async Task Read_AnswerThatBreaksOff_SaysSo(string text)
    {
        using var stream = Stream(text, 100_000);
        var answer = MultipartAnswer.Open(stream, Type);
        await Assert.ThrowsAnyAsync<IOException>(() => answer.ReadAsync(Cancellation));
    }

    [Theory]
    [InlineData("--other\r\n", "boundary")]
    [InlineData("--mine\r\nStatus 200\r\n\r\n", "header line")]
    [InlineData("--mine\r\nContent-Length: 1\r\n\r\nx", "Status")]
    [InlineData("--mine\r\nStatus: 200\r\nContent-Length: -1\r\n\r\nx", "Content-Length")]
    public async Task Read_SomethingElse_IsSaidNotToBeAPart(string text, string expected)
    {
        using var stream = Stream(text, 100_000);
        var answer = MultipartAnswer.Open(stream, Type);
        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => answer.ReadAsync(Cancellation));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_EndlessLine_IsGivenUp()
    {
        using var stream = Stream(new string('-', 1_000_000), 100_000);
        var answer = MultipartAnswer.Open(stream, Type);
        await Assert.ThrowsAsync<InvalidDataException>(() => answer.ReadAsync(Cancellation));
        Assert.InRange(stream.WasRead, 1, 100_000);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("multipart/mixed")]
    public void Open_AnotherType_IsRefused(string type) =>
        Assert.Throws<InvalidDataException>(() => MultipartAnswer.Open(System.IO.Stream.Null, MediaTypeHeaderValue.Parse(type)));

    private static OneWayStream Stream(string text, int mostAtOnce) => new(Encoding.ASCII.GetBytes(text)) { MostAtOnce = mostAtOnce };
}
