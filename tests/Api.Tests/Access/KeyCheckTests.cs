using System.Net;
using System.Net.Http.Headers;
using System.Text;
using static FcnService.Api.Tests.Access.KeyedService;

namespace FcnService.Api.Tests.Access;

public sealed class KeyCheckTests(KeyedService service) : IClassFixture<KeyedService>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("X-Api-Key", OldKey)]
    [InlineData("X-Api-Key", NewKey)]
    [InlineData("Authorization", "Bearer " + OldKey)]
    [InlineData("authorization", "bearer  " + NewKey)]
    public async Task Request_WithAnyOfTheKeys_IsServed(string header, string value)
    {
        using var answer = await service.Client.SendAsync(Get("/models", header, value), Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("X-Api-Key", "")]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Authorization", "Basic " + OldKey)]
    [InlineData("Authorization", OldKey)]
    [InlineData("X-Key", OldKey)]
    public async Task Request_WithoutAKey_IsUnauthorized(string header, string value)
    {
        using var answer = await service.Client.SendAsync(Get("/models", header, value), Cancellation);
        Assert.Contains("X-Api-Key", await Service.ReadProblemAsync(answer, 401, "unauthorized"), StringComparison.Ordinal);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
    }

    [Theory]
    [InlineData("X-Api-Key", "some-other-key")]
    [InlineData("X-Api-Key", OldKey + "x")]
    [InlineData("X-Api-Key", OldKey + "," + NewKey)]
    [InlineData("Authorization", "Bearer " + OldKey + "x")]
    public async Task Request_WithAWrongKey_IsUnauthorized(string header, string value)
    {
        using var answer = await service.Client.SendAsync(Get("/models", header, value), Cancellation);
        var detail = await Service.ReadProblemAsync(answer, 401, "unauthorized");
        Assert.DoesNotContain(value, detail, StringComparison.Ordinal);
        Assert.Equal("Bearer error=\"invalid_token\"", answer.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Request_WithTheHashInPlaceOfTheKey_IsUnauthorized()
    {
        using var answer = await service.Client.SendAsync(Get("/models", "X-Api-Key", HashOf(OldKey)), Cancellation);
        await Service.ReadProblemAsync(answer, 401, "unauthorized");
    }

    [Theory]
    [InlineData("/healthz/live")]
    [InlineData("/healthz/ready")]
    [InlineData("/v2/health/live")]
    [InlineData("/v2/health/ready")]
    [InlineData("/problems/unauthorized")]
    [InlineData("/swagger/index.html")]
    [InlineData("/swagger/v1/swagger.json")]
    [InlineData("/")]
    [InlineData("/page/main.js")]
    public async Task Request_ForProbesAndExplanations_NeedsNoKey(string path)
    {
        using var answer = await service.Client.GetAsync(path, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("/models")]
    [InlineData("/metrics")]
    [InlineData("/segment")]
    [InlineData("/nothing/here")]
    [InlineData("/healthzz")]
    [InlineData("/v2")]
    [InlineData("/v2/healthz")]
    [InlineData("/v2/health/../models/fcn8s-camvid")]
    [InlineData("/pages")]
    [InlineData("/swagger/../models")]
    [InlineData("/swagger/%2e%2e/models")]
    [InlineData("//models")]
    public async Task Request_ForAnythingElse_NeedsAKey(string path)
    {
        // As written: HttpClient would take the dots out itself.
        var address = service.Client.BaseAddress!;
        using var connection = new RawConnection(address.Host, address.Port);
        await connection.SendAsync($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 401 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_BeyondTheKeysLimit_IsToldWhenToComeBack()
    {
        using var first = await service.Client.SendAsync(Get("/models", "X-Api-Key", LimitedKey), Cancellation);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);

        using var second = await service.Client.SendAsync(Get("/models", "X-Api-Key", LimitedKey), Cancellation);
        var detail = await Service.ReadProblemAsync(second, 429, "rate-limited");
        Assert.Contains("'guest' has 1 requests a minute", detail, StringComparison.Ordinal);
        Assert.InRange(second.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);

        using var other = await service.Client.SendAsync(Get("/models", "X-Api-Key", NewKey), Cancellation);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        using var probe = await service.Client.SendAsync(Get("/healthz/live", "X-Api-Key", LimitedKey), Cancellation);
        Assert.Equal(HttpStatusCode.OK, probe.StatusCode);
    }

    [Fact]
    public async Task Log_OfRequests_HasTheHoldersNameAndNeitherKeyNorBody()
    {
        const string Wrong = "wrong-key-5521";
        const string Photo = "the-photo-itself-8841";
        using var named = await service.Client.SendAsync(Get("/models/named", "Authorization", $"Bearer {OldKey}"), Cancellation);
        using var wrong = await service.Client.SendAsync(Get("/models/wrong", "X-Api-Key", Wrong), Cancellation);
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.ASCII.GetBytes(Photo)), "image", Photo } };
        foreach (var content in new HttpContent[] { form, new StringContent(Photo, new MediaTypeHeaderValue("image/png")) })
        {
            using var request = Get("/segment", "X-Api-Key", NewKey);
            (request.Method, request.Content) = (HttpMethod.Post, content);
            using var answer = await service.Client.SendAsync(request, Cancellation);
            await Service.ReadProblemAsync(answer, 415, "unsupported-format");
        }

        using var last = await service.Client.SendAsync(Get("/models/last", "X-Api-Key", NewKey), Cancellation);
        Assert.Contains("from shop-2024", await service.ReadRequestLineAsync("/models/named"), StringComparison.Ordinal);
        Assert.DoesNotContain("shop", await service.ReadRequestLineAsync("/models/wrong"), StringComparison.Ordinal);
        Assert.Contains("from shop-2025", await service.ReadRequestLineAsync("/models/last"), StringComparison.Ordinal);
        foreach (var secret in new[] { OldKey, NewKey, LimitedKey, Wrong, HashOf(OldKey), HashOf(NewKey), HashOf(LimitedKey), Photo })
        {
            Assert.DoesNotContain(service.Log, line => line.Contains(secret, StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task Document_WithKeys_TellsTheHeader()
    {
        var document = await service.Client.GetStringAsync("/swagger/v1/swagger.json", Cancellation);
        Assert.Contains("\"securitySchemes\"", document, StringComparison.Ordinal);
        Assert.Contains("\"X-Api-Key\"", document, StringComparison.Ordinal);
    }
}
