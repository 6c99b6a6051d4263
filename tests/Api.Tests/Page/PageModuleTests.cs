using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace FcnService.Api.Tests.Page;

public sealed partial class PageModuleTests(Service service) : IClassFixture<Service>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_ItsPolicy_LetsItLoadItsOwnFilesOnly()
    {
        using var answer = await service.Client.GetAsync("/", Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; ", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);

        var page = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.All(Script().Matches(page), script => Assert.Empty(script.Groups[1].Value.Trim()));
        Assert.DoesNotContain("style=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<style", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\son[a-z]+=", page);
    }

    [Fact]
    public async Task Page_EveryFileThatItNames_IsThere()
    {
        var page = await service.Client.GetStringAsync("/", Cancellation);
        var files = Named().Matches(page).Select(name => name.Groups[1].Value).ToList();
        Assert.Contains("page/main.js", files);
        foreach (var file in files)
        {
            using var answer = await service.Client.GetAsync($"/{file}", Cancellation);
            Assert.True(answer.IsSuccessStatusCode, file);
        }

        // Asked for at once, all modules are there together, not one after the other as they import each other.
        var main = await service.Client.GetStringAsync("/page/main.js", Cancellation);
        Assert.All(Imported().Matches(main), name => Assert.Contains($"page/{name.Groups[1].Value}", files));
    }

    [Theory]
    [InlineData("/page/main.js", "text/javascript; charset=utf-8")]
    [InlineData("/page/page.css", "text/css; charset=utf-8")]
    [InlineData("/page/icon.svg", "image/svg+xml")]
    [InlineData("/page/street.jpg", "image/jpeg")]
    public async Task File_Asked_HasItsMediaType(string path, string mediaType)
    {
        using var answer = await service.Client.GetAsync(path, Cancellation);
        Assert.Equal(mediaType, answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("no-cache", answer.Headers.CacheControl?.ToString());
        Assert.Equal("Accept-Encoding", answer.Headers.Vary.ToString());
    }

    [Fact]
    public async Task File_AskedWithGzip_IsTheSameCompressed()
    {
        using var plain = await service.Client.GetAsync("/page/page.css", Cancellation);
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        using var compressed = await GetAsync("/page/page.css", request => request.Headers.AcceptEncoding.ParseAdd("br, gzip"));
        Assert.Equal("gzip", Assert.Single(compressed.Content.Headers.ContentEncoding));
        Assert.NotEqual(plain.Headers.ETag, compressed.Headers.ETag);
        await using var gzip = new GZipStream(await compressed.Content.ReadAsStreamAsync(Cancellation), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip, Encoding.UTF8);
        Assert.Equal(await plain.Content.ReadAsStringAsync(Cancellation), await reader.ReadToEndAsync(Cancellation));

        using var refused = await GetAsync("/page/page.css", request => request.Headers.AcceptEncoding.ParseAdd("gzip;q=0"));
        Assert.Empty(refused.Content.Headers.ContentEncoding);
        using var picture = await GetAsync("/page/street.jpg", request => request.Headers.AcceptEncoding.ParseAdd("gzip"));
        Assert.Empty(picture.Content.Headers.ContentEncoding);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/page/street.jpg")]
    public async Task File_ThatTheVisitorHas_IsNotSentAgain(string path)
    {
        using var first = await service.Client.GetAsync(path, Cancellation);
        using var second = await GetAsync(path, request => request.Headers.IfNoneMatch.Add(first.Headers.ETag!));
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        using var other = await GetAsync(path, request => request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue("\"other\"")));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task File_AskedByHead_HasItsLengthAndNoBody()
    {
        using var answer = await service.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/page/street.jpg"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.InRange(answer.Content.Headers.ContentLength!.Value, 1000, 20_000);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Theory]
    [InlineData("/page")]
    [InlineData("/page/index.html")]
    [InlineData("/page/none.js")]
    [InlineData("/page/../appsettings.json")]
    public async Task File_ThatIsNone_IsNotFound(string path)
    {
        using var answer = await service.Client.GetAsync(path, Cancellation);
        await Service.ReadProblemAsync(answer, 404, "not-found");
    }

    private Task<HttpResponseMessage> GetAsync(string path, Action<HttpRequestMessage> prepare)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        prepare(request);
        return service.Client.SendAsync(request, Cancellation);
    }

    [GeneratedRegex(@"<script\b[^>]*>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex(@"(?:src|href)=""(page/[^""]+)""")]
    private static partial Regex Named();

    [GeneratedRegex(@"from '\./([^']+)'")]
    private static partial Regex Imported();
}
