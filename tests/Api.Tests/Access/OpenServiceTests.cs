using System.Net;
using static FcnService.Api.Tests.Access.KeyedService;

namespace FcnService.Api.Tests.Access;

/// <summary>The service as it comes: no key, no other origin, no proxy.</summary>
public sealed class OpenServiceTests(LoggedService service) : IClassFixture<LoggedService>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Request_NoKeyConfigured_NeedsNone()
    {
        using var answer = await service.Client.GetAsync("/models", Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var withKey = await service.Client.SendAsync(Get("/models", "X-Api-Key", "any"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, withKey.StatusCode);
    }

    [Fact]
    public async Task Origin_NoneConfigured_IsAllowedNothing()
    {
        using var preflight = await OriginTests.PreflightAsync(service, Origin);
        OriginTests.AssertNothingAllowed(preflight);
        using var answer = await service.Client.SendAsync(Get("/models", "Origin", Origin), Cancellation);
        OriginTests.AssertNothingAllowed(answer);
    }

    [Fact]
    public async Task Caller_NoProxyConfigured_IsTheConnectionsAddress()
    {
        using var answer = await service.Client.SendAsync(Get("/forwarded", "X-Forwarded-For", "203.0.113.9"), Cancellation);
        var line = await service.ReadRequestLineAsync("/forwarded");
        Assert.DoesNotContain("203.0.113.9", line, StringComparison.Ordinal);
        Assert.Matches(@"from (127\.0\.0\.1|::1) ", line);
    }

    [Fact]
    public async Task Document_WithoutKeys_AsksForNone()
    {
        var document = await service.Client.GetStringAsync("/swagger/v1/swagger.json", Cancellation);
        Assert.DoesNotContain("securitySchemes", document, StringComparison.Ordinal);
    }
}
