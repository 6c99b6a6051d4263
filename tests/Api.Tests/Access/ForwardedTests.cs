using static FcnService.Api.Tests.Access.KeyedService;

namespace FcnService.Api.Tests.Access;

/// <summary>Proxies' headers: the service that trusts the tests' own address.</summary>
public sealed class ForwardedTests(KeyedService service) : IClassFixture<KeyedService>
{
    [Theory]
    [InlineData("/one", "203.0.113.9", "203.0.113.9")]
    // What the client itself claims stands before what the proxies add.
    [InlineData("/forged", "198.51.100.1, 203.0.113.9", "203.0.113.9")]
    [InlineData("/chain", "203.0.113.9, 127.0.0.7", "203.0.113.9")]
    public async Task Caller_BehindATrustedProxy_IsTheNearestUntrustedAddress(string path, string forwarded, string caller)
    {
        using var answer = await service.Client.SendAsync(Get(path, "X-Forwarded-For", forwarded), TestContext.Current.CancellationToken);
        Assert.Contains($"from {caller} ", await service.ReadRequestLineAsync(path), StringComparison.Ordinal);
    }
}
