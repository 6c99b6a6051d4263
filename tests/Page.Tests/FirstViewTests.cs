using FcnService.Api.Tests;
using FcnService.Page.Tests.Browser;
using Microsoft.Playwright;

namespace FcnService.Page.Tests;

public sealed class FirstViewTests(Chromium chromium, Service service) : IClassFixture<Service>
{
    private const int MostBytes = 60_000;

    [Fact]
    public async Task FirstView_WithItsSamples_IsAtMost60Kilobytes()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        // All of them: a higher window would show them at once.
        await visit.WaitForAsync("[...document.images].every(it => it.complete && it.naturalWidth > 0)");
        var total = 0;
        foreach (var request in visit.Requests)
        {
            var sizes = await request.SizesAsync();
            total += sizes.ResponseHeadersSize + sizes.ResponseBodySize;
            TestContext.Current.SendDiagnosticMessage($"{sizes.ResponseHeadersSize,5} + {sizes.ResponseBodySize,6} {request.Url}");
        }

        Assert.Contains(visit.Requests, request => request.Url.EndsWith("/page/main.js", StringComparison.Ordinal));
        Assert.Contains(visit.Requests, request => request.Url.EndsWith(".jpg", StringComparison.Ordinal));
        TestContext.Current.TestOutputHelper!.WriteLine($"The first view is {total} bytes in {visit.Requests.Count} answers, headers included.");
        Assert.InRange(total, 10_000, MostBytes);
    }

    [Fact]
    public async Task SecondView_OfTheSameVisitor_BringsNothingAnew()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        var first = visit.Requests.Count;
        await visit.Page.ReloadAsync(new PageReloadOptions { WaitUntil = WaitUntilState.NetworkIdle });
        var files = visit.Requests.Skip(first).Where(request => !request.Url.EndsWith("/models", StringComparison.Ordinal)).ToList();
        Assert.Contains(files, request => request.Url.EndsWith("/page/main.js", StringComparison.Ordinal));
        foreach (var file in files)
        {
            Assert.Equal(0, (await file.SizesAsync()).ResponseBodySize);
        }
    }

    [Fact]
    public async Task FirstView_WithoutAPhoto_OffersWaysAndModels()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        Assert.Equal(["fcn8s-camvid"], await visit.Page.Locator("#model option").AllInnerTextsAsync());
        Assert.False(await visit.Page.IsVisibleAsync("#result"));
        Assert.False(await visit.Page.IsVisibleAsync("#problem"));
        Assert.False(await visit.Page.IsVisibleAsync("#key-form"));
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    [InlineData(320)]
    public async Task Page_AtAnyWidth_HasNothingBesideIt(int width)
    {
        var options = Devices.Phone();
        options.ViewportSize = new ViewportSize { Width = width, Height = 800 };
        await using var visit = await Visit.OpenAsync(chromium, service, options);
        Assert.Equal(width, await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await visit.SegmentSampleAsync("street.jpg");
        Assert.Equal(width, await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }
}
