using System.Text;
using FcnService.Api.Tests;
using FcnService.Page.Tests.Browser;
using Microsoft.Playwright;

namespace FcnService.Page.Tests;

public sealed class ProblemsTests(Chromium chromium, Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task File_ThatIsNoImage_IsRefusedInTheServicesWords()
    {
        var text = Encoding.UTF8.GetBytes("This is no image, but a text of some length.");
        using var answer = await service.PostBodyAsync(text);
        var detail = await Service.ReadProblemAsync(answer, 415, "unsupported-format");

        await using var visit = await Visit.OpenAsync(chromium, service);
        visit.Expected = "415";
        await visit.ChooseAsync("note.txt", text);
        Assert.Contains(detail, await visit.ReadProblemAsync(), StringComparison.Ordinal);
        Assert.False(await visit.Page.IsVisibleAsync("#result"));
    }

    [Fact]
    public async Task File_ThatIsTooLarge_IsToldTheLimit()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        visit.Expected = "413";
        await visit.ChooseAsync("large.jpg", new byte[31_000_000]);
        Assert.Contains("30000000", await visit.ReadProblemAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Image_ThatIsBroken_IsRefusedAndTheNextOneServed()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        visit.Expected = "400";
        await visit.ChooseAsync("broken.png", Service.Draw(64, 64)[..200]);
        Assert.Contains("Try again", await visit.ReadProblemAsync(), StringComparison.Ordinal);
        await visit.SegmentAsync("whole.png", Service.Draw(64, 64));
        Assert.False(await visit.Page.IsVisibleAsync("#problem"));
    }

    [Fact]
    public async Task Service_ThatIsBusy_SaysWhenToTryAgain()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        visit.Expected = "429";
        var busy = new RouteFulfillOptions
        {
            Status = 429,
            Headers = new Dictionary<string, string> { ["Content-Type"] = "application/problem+json", ["Retry-After"] = "7" },
            Body = """{"type":"/problems/overloaded","title":"The service is busy.","status":429,"detail":"8.0 megapixels are waiting."}""",
        };
        await visit.Page.RouteAsync("**/segment*", route => route.FulfillAsync(busy));
        await visit.ChooseAsync("photo.png", Service.Draw(64, 64));
        Assert.Equal("The service is busy.\n\n8.0 megapixels are waiting.\n\nTry again in 7 s.\n\nTry again", await visit.ReadProblemAsync());

        await visit.Page.UnrouteAllAsync();
        await visit.Page.ClickAsync("#problem button");
        await visit.WaitForResultAsync();
    }

    [Fact]
    public async Task Service_ThatIsGone_IsToldInWords()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        visit.Expected = "net::ERR_FAILED";
        await visit.Page.RouteAsync("**/segment*", route => route.AbortAsync());
        await visit.ChooseAsync("photo.png", Service.Draw(64, 64));
        Assert.StartsWith("The service gave no answer.", await visit.ReadProblemAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_ThatStarts_IsWaitedFor()
    {
        var asked = 0;
        var starting = new RouteFulfillOptions
        {
            Status = 503,
            Headers = new Dictionary<string, string> { ["Content-Type"] = "application/problem+json", ["Retry-After"] = "1" },
            Body = """{"type":"/problems/not-ready","title":"The service is not ready.","status":503}""",
        };
        await using var visit = await Visit.OpenAsync(chromium, service, before: async visit =>
        {
            visit.Expected = "503";
            await visit.Page.RouteAsync("**/models", route => asked++ == 0 ? route.FulfillAsync(starting) : route.ContinueAsync());
        });
        await visit.Page.Locator("#model option").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Words_WithMarkup_AreTextAndNothingElse()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        visit.Expected = "400";
        await visit.Page.RouteAsync("**/segment*", route => route.FulfillAsync(new RouteFulfillOptions
        {
            Status = 400,
            ContentType = "application/problem+json",
            Body = """{"title":"<img src=x onerror=alert(1)>","detail":"<b>bold</b>"}""",
        }));
        await visit.ChooseAsync("<i>photo</i>.png", Service.Draw(64, 64));
        Assert.Contains("<img src=x onerror=alert(1)>", await visit.ReadProblemAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await visit.Page.Locator("#problem img, #problem b, #status i").CountAsync());
    }
}
