using System.Net;
using static FcnService.Api.Tests.Access.KeyedService;

namespace FcnService.Api.Tests.Access;

/// <summary>Pages of other origins: the service with one allowed.</summary>
public sealed class OriginTests(KeyedService service) : IClassFixture<KeyedService>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(NewKey, HttpStatusCode.OK)]
    [InlineData("wrong", HttpStatusCode.Unauthorized)]
    public async Task Answer_ToAnAllowedOrigin_MayBeRead(string key, HttpStatusCode status)
    {
        using var answer = await service.Client.SendAsync(Get("/models", "Origin", Origin, "X-Api-Key", key), Cancellation);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal([Origin], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal("X-Model,Server-Timing,ETag,Retry-After,Inference-Header-Content-Length", Header(answer, "Access-Control-Expose-Headers"));
    }

    [Fact]
    public async Task Answer_ToAFailureWithinTheService_MayBeReadToo()
    {
        // This one is an exception on its way, after which the framework begins the answer anew.
        using var request = Get("/segment?model=none", "Origin", Origin, "X-Api-Key", NewKey);
        request.Method = HttpMethod.Post;
        using var answer = await service.Client.SendAsync(request, Cancellation);
        await Service.ReadProblemAsync(answer, 404, "unknown-model");
        Assert.Equal([Origin], answer.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Preflight_OfAnAllowedOrigin_IsAnsweredWithoutAKey()
    {
        using var answer = await PreflightAsync(service, Origin);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal([Origin], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Contains("POST", Header(answer, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("x-api-key", Header(answer, "Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("https://other.example")]
    [InlineData("http://app.example")]
    [InlineData("https://app.example:8443")]
    public async Task Answer_ToAnotherOrigin_AllowsNothing(string origin)
    {
        using var preflight = await PreflightAsync(service, origin);
        AssertNothingAllowed(preflight);
        using var answer = await service.Client.SendAsync(Get("/models", "Origin", origin, "X-Api-Key", NewKey), Cancellation);
        AssertNothingAllowed(answer);
    }

    [Fact]
    public async Task Answer_AllOriginsAllowed_MayBeReadByAny()
    {
        await using var open = new AnyOrigin();
        await open.InitializeAsync();
        using var answer = await open.Client.SendAsync(Get("/models", "Origin", "https://other.example"), Cancellation);
        Assert.Equal("*", Header(answer, "Access-Control-Allow-Origin"));
    }

    internal static Task<HttpResponseMessage> PreflightAsync(Service service, string origin)
    {
        var request = Get("/segment", "Origin", origin, "Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "x-api-key");
        request.Method = HttpMethod.Options;
        return service.Client.SendAsync(request, Cancellation);
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(",", answer.Headers.GetValues(name));

    internal static void AssertNothingAllowed(HttpResponseMessage answer) =>
        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));

    private sealed class AnyOrigin : Service
    {
        protected override Dictionary<string, string> Settings => new()
        {
            ["Access:CorsOrigins:0"] = Origin,
            ["Access:CorsOrigins:1"] = "*",
        };
    }
}
