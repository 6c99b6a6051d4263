using System.Net.Http.Headers;
using System.Text;
using FcnService.Api.Tests.Access;
using static FcnService.Api.Tests.OpenInference.ProtocolClient;

namespace FcnService.Api.Tests.OpenInference;

public sealed class InferenceBodyReaderTests(InferenceBodyReaderTests.SmallLimit service) : IClassFixture<InferenceBodyReaderTests.SmallLimit>
{
    private const int Limit = 20_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("application/octet-stream")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Post_AnyMediaType_IsRead(string? mediaType)
    {
        using var content = Photo();
        content.Headers.ContentType = mediaType is null ? null : new MediaTypeHeaderValue(mediaType);
        using var answer = await service.Client.PostAsync(Infer, content, Cancellation);
        await ReadAsync(answer);
    }

    [Fact]
    public async Task Post_BodyWithoutLength_IsRead()
    {
        using var request = Chunked(PhotoRequest(Service.Draw(20, 20)).ToJsonString());
        using var answer = await service.Client.SendAsync(request, Cancellation);
        await ReadAsync(answer);
    }

    [Fact]
    public async Task Post_BodyOverTheLimit_IsRefusedWithBothNumbers()
    {
        using var answer = await PostAsync(service, new byte[Limit + 1]);
        Assert.Equal($"The body has {Limit + 1} bytes; at most {Limit} are allowed.", await ReadErrorAsync(answer, 413));
    }

    [Fact]
    public async Task Post_UnannouncedBodyOverTheLimit_IsRefused()
    {
        using var request = Chunked(new string(' ', 3 * Limit));
        using var answer = await service.Client.SendAsync(request, Cancellation);
        Assert.Equal($"The body has more than {Limit} bytes; at most {Limit} are allowed.", await ReadErrorAsync(answer, 413));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Post_CompressedBody_IsRefused(string encoding)
    {
        using var content = Photo();
        content.Headers.ContentEncoding.Add(encoding);
        using var answer = await service.Client.PostAsync(Infer, content, Cancellation);
        Assert.Contains($"'{encoding}'", await ReadErrorAsync(answer, 415), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("+5")]
    [InlineData("1e3")]
    [InlineData("99999999999999999999")]
    [InlineData("2001")]
    [InlineData("")]
    [InlineData("5,5")]
    public async Task Post_JsonLengthThatTheBodyHasNot_IsRefused(string length)
    {
        using var content = new ByteArrayContent(new byte[2000]);
        content.Headers.TryAddWithoutValidation(JsonLengthHeader, length);
        using var answer = await service.Client.PostAsync(Infer, content, Cancellation);
        var error = await ReadErrorAsync(answer, 400);
        Assert.Contains($"'{length}'; expected the length of the JSON in bytes, 1 to the body's 2000", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_JsonLengthThatIsNotTheJsons_IsRefused()
    {
        using var content = Photo();
        content.Headers.Add(JsonLengthHeader, "100");
        using var answer = await service.Client.PostAsync(Infer, content, Cancellation);
        Assert.Contains("JSON cannot be read", await ReadErrorAsync(answer, 400), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_BodyThatDoesNotCome_IsToldWhereTheTimeWent()
    {
        var address = service.Client.BaseAddress!;
        using var connection = new RawConnection(address.Host, address.Port);
        await connection.SendAsync($"POST {Infer} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n{{");
        var answer = await connection.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 504", answer, StringComparison.Ordinal);
        Assert.Contains("s reading the request", answer, StringComparison.Ordinal);
    }

    private static ByteArrayContent Photo() => new(Encoding.UTF8.GetBytes(PhotoRequest(Service.Draw(20, 20)).ToJsonString()));

    private static HttpRequestMessage Chunked(string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Infer) { Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(body))) };
        request.Headers.TransferEncodingChunked = true;
        return request;
    }

    public sealed class SmallLimit : Service
    {
        protected override Dictionary<string, string> Settings => new()
        {
            ["OpenInference:MaxBodyBytes"] = $"{Limit}",
            ["Scheduling:TimeoutSeconds"] = "3",
        };
    }
}
