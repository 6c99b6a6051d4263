using System.Text.RegularExpressions;

namespace FcnService.Api.Tests.Access;

public sealed partial class SecurityHeadersTests(Service service) : IClassFixture<Service>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/models")]
    [InlineData("GET", "/healthz/live")]
    [InlineData("GET", "/nothing/here")]
    [InlineData("DELETE", "/models")]
    [InlineData("POST", "/segment")]
    [InlineData("POST", "/segment?model=none")]
    public async Task Answer_OfTheService_IsNothingButData(string method, string path)
    {
        using var answer = await service.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Cancellation);
        AssertHeaders(answer);
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", HeaderOf(answer, "Content-Security-Policy"));
    }

    [Fact]
    public async Task Answer_WithAMask_IsNothingButData()
    {
        using var answer = await service.PostBodyAsync(Service.Draw(16, 16));
        Assert.True(answer.IsSuccessStatusCode);
        AssertHeaders(answer);
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", HeaderOf(answer, "Content-Security-Policy"));
    }

    [Fact]
    public async Task Page_ItsPolicy_AllowsAllThatItLoads()
    {
        using var answer = await service.Client.GetAsync("/swagger/index.html", Cancellation);
        AssertHeaders(answer);
        var policy = HeaderOf(answer, "Content-Security-Policy");
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self';", policy, StringComparison.Ordinal);

        // script-src has no 'unsafe-inline': every script is a file, and all files are the service's own.
        var page = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.All(Script().Matches(page), script => Assert.Matches(@"\ssrc=""\S+""", script.Groups[1].Value));
        Assert.All(Script().Matches(page), script => Assert.Empty(script.Groups[2].Value.Trim()));
        var files = Loaded().Matches(page).Select(file => file.Groups[1].Value).ToList();
        Assert.Contains(files, file => file.EndsWith("swagger-ui-bundle.js", StringComparison.Ordinal));
        foreach (var file in files)
        {
            Assert.DoesNotContain("//", file, StringComparison.Ordinal);
            using var loaded = await service.Client.GetAsync($"/swagger/{file}", Cancellation);
            Assert.True(loaded.IsSuccessStatusCode, file);
            AssertHeaders(loaded);
        }
    }

    private static void AssertHeaders(HttpResponseMessage answer)
    {
        Assert.Equal("nosniff", HeaderOf(answer, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", HeaderOf(answer, "Referrer-Policy"));
        Assert.Equal("same-origin", HeaderOf(answer, "Cross-Origin-Resource-Policy"));
        Assert.Equal("DENY", HeaderOf(answer, "X-Frame-Options"));
        Assert.False(answer.Headers.Contains("Server"));
    }

    private static string HeaderOf(HttpResponseMessage answer, string name) => Assert.Single(answer.Headers.GetValues(name));

    [GeneratedRegex(@"<script\b([^>]*)>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex(@"<(?:script|link)\b[^>]*(?:src|href)=""([^""]+)""")]
    private static partial Regex Loaded();
}
