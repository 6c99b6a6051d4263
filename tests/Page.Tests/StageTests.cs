using FcnService.Api.Tests;
using FcnService.Page.Tests.Browser;
using Microsoft.Playwright;

namespace FcnService.Page.Tests;

public sealed class StageTests(Chromium chromium, Service service) : IClassFixture<Service>
{
    // In the street: the road in front, and the sky.
    private static readonly double[] Road = [0.3, 0.9];
    private static readonly double[] Sky = [0.5, 0.1];

    [Fact]
    public async Task Opacity_Moved_MixesPhotoAndMask()
    {
        await using var visit = await OpenStreetAsync();
        var photo = await visit.ReadCanvasAsync("photo", 144, 288);
        var mask = await visit.ReadCanvasAsync("mask", 144, 288);
        foreach (var opacity in new[] { 0, 25, 100 })
        {
            await visit.Page.FillAsync("#opacity", $"{opacity}");
            Assert.Equal($"{opacity} %", await visit.Page.InnerTextAsync("#opacity-value"));
            var seen = (await visit.ReadScreenAsync("#picture", Road))[0];
            for (var channel = 0; channel < 3; channel++)
            {
                // The photo is scaled to the screen: its grain is not the same in every pixel.
                var expected = photo[channel] + ((mask[channel] - photo[channel]) * opacity / 100.0);
                Assert.Equal(expected, seen[channel], tolerance: opacity == 100 ? 1 : 14);
            }
        }
    }

    [Fact]
    public async Task Wipe_InTheMiddle_ShowsThePhotoBeforeItAndTheMaskAfterIt()
    {
        await using var visit = await OpenStreetAsync();
        await visit.Page.FillAsync("#opacity", "100");
        var mask = await visit.ReadCanvasAsync("mask", 240, 300);
        double[][] points = [[0.45, 0.9375], [0.55, 0.9375]];
        Assert.All(await visit.ReadScreenAsync("#picture", points), seen => Assert.Equal(mask[..3], seen));

        await visit.Page.FillAsync("#wipe", "50");
        var halves = await visit.ReadScreenAsync("#picture", points);
        Assert.NotEqual(mask[..3], halves[0]);
        Assert.Equal(mask[..3], halves[1]);
    }

    [Fact]
    public async Task Wipe_DraggedByItsEdge_FollowsThePointer()
    {
        await using var visit = await OpenStreetAsync();
        await visit.Page.FillAsync("#wipe", "50");
        var box = (await visit.Page.Locator("#picture").BoundingBoxAsync())!;
        await visit.Page.Mouse.MoveAsync(box.X + (box.Width * 0.5f), box.Y + 40);
        await visit.Page.Mouse.DownAsync();
        await visit.Page.Mouse.MoveAsync(box.X + (box.Width * 0.25f), box.Y + 60, new MouseMoveOptions { Steps = 5 });
        await visit.Page.Mouse.UpAsync();
        Assert.InRange(double.Parse(await visit.Page.InputValueAsync("#wipe"), System.Globalization.CultureInfo.InvariantCulture), 24.5, 25.5);
        // The photo beside the edge still answers the pointer: nothing has been isolated, and classes are told.
        Assert.False(await visit.Page.IsVisibleAsync("#show-all"));
        await visit.Page.Mouse.MoveAsync(box.X + (box.Width * 0.7f), box.Y + (box.Height * 0.9f));
        Assert.StartsWith("road · ", await visit.Page.InnerTextAsync("#chip"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pointer_OverThePhoto_TellsTheClassThatTheMaskHas()
    {
        await using var visit = await OpenStreetAsync();
        using var answer = await service.PostBodyAsync(
            await service.Client.GetByteArrayAsync("/page/street.jpg", TestContext.Current.CancellationToken));
        var mask = PngFile.ReadIndexed(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        var classes = await visit.EvaluateAsync("async () => (await (await fetch('models')).json()).models[0].classes");
        var box = (await visit.Page.Locator("#picture").BoundingBoxAsync())!;
        var random = new Random(7);
        for (var i = 0; i < 40; i++)
        {
            // Whole numbers, as a mouse has them; right of the slider's edge, which lies at the left end.
            var (left, top) = (random.Next((int)box.X + 40, (int)(box.X + box.Width)), random.Next((int)box.Y + 1, (int)(box.Y + box.Height)));
            await visit.Page.Mouse.MoveAsync(left, top);
            var (x, y) = ((int)((left - box.X) / box.Width * mask.Width), (int)((top - box.Y) / box.Height * mask.Height));
            var name = classes[mask.Indices[(y * mask.Width) + x]].GetString();
            Assert.StartsWith($"{name} · ", await visit.Page.TextContentAsync("#chip"), StringComparison.Ordinal);
        }

        await visit.Page.Mouse.MoveAsync(1, 1);
        Assert.False(await visit.Page.IsVisibleAsync("#chip"));
    }

    [Fact]
    public async Task Photo_Clicked_IsolatesTheClassUnderThePointer()
    {
        await using var visit = await OpenStreetAsync();
        await ClickAsync(visit, Sky);
        Assert.Equal("sky", await IsolatedAsync(visit));
        await ClickAsync(visit, Road);
        Assert.Equal("road", await IsolatedAsync(visit));
        await ClickAsync(visit, Road);
        Assert.Equal(string.Empty, await IsolatedAsync(visit));
    }

    [Fact]
    public async Task Photo_Tapped_TellsAndIsolatesTheClass()
    {
        await using var visit = await OpenStreetAsync(Devices.Phone());
        var box = (await visit.Page.Locator("#picture").BoundingBoxAsync())!;
        await visit.Page.Touchscreen.TapAsync((float)(box.X + (box.Width * Sky[0])), (float)(box.Y + (box.Height * Sky[1])));
        Assert.Equal("sky", await IsolatedAsync(visit));
        Assert.StartsWith("sky · ", await visit.Page.InnerTextAsync("#chip"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_WithTheKeyboardAlone_DoesEverything()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        var keyboard = visit.Page.Keyboard;
        await FocusAsync(visit, "[data-sample='street.jpg']");
        await keyboard.PressAsync("Enter");
        await visit.WaitForResultAsync();

        await FocusAsync(visit, "#picture");
        await keyboard.PressAsync("ArrowUp");
        var first = await visit.Page.InnerTextAsync("#chip");
        Assert.Equal(first, await visit.Page.TextContentAsync("#spoken"));
        for (var i = 0; i < 60; i++)
        {
            await keyboard.PressAsync("ArrowDown");
        }

        // At the lower edge, and no further.
        Assert.StartsWith("road · ", await visit.Page.TextContentAsync("#spoken"), StringComparison.Ordinal);
        await keyboard.PressAsync("Enter");
        Assert.Equal("road", await IsolatedAsync(visit));
        await keyboard.PressAsync("Escape");
        Assert.Equal(string.Empty, await IsolatedAsync(visit));

        await FocusAsync(visit, "#wipe");
        await keyboard.PressAsync("End");
        Assert.Equal("100", await visit.Page.InputValueAsync("#wipe"));
        await FocusAsync(visit, "#opacity");
        await keyboard.PressAsync("Home");
        Assert.Equal("0", await visit.Page.InputValueAsync("#opacity"));

        await FocusAsync(visit, "#legend button");
        await keyboard.PressAsync("Space");
        Assert.NotEqual(string.Empty, await IsolatedAsync(visit));
        await keyboard.PressAsync("Escape");
        await FocusAsync(visit, "#output");
        await FocusAsync(visit, "#download-form button");
    }

    private async Task<Visit> OpenStreetAsync(BrowserNewContextOptions? options = null)
    {
        var visit = await Visit.OpenAsync(chromium, service, options);
        await visit.SegmentSampleAsync("street.jpg");
        return visit;
    }

    private static async Task ClickAsync(Visit visit, double[] point)
    {
        var box = (await visit.Page.Locator("#picture").BoundingBoxAsync())!;
        await visit.Page.Mouse.ClickAsync((float)(box.X + (point[0] * box.Width)), (float)(box.Y + (point[1] * box.Height)));
    }

    private static async Task<string> IsolatedAsync(Visit visit) =>
        string.Concat(await visit.Page.Locator("#legend [aria-pressed=true] .name").AllInnerTextsAsync());

    // By the tabulator, as somebody without a mouse gets there, and visibly so.
    private static async Task FocusAsync(Visit visit, string selector)
    {
        for (var i = 0; i < 60; i++)
        {
            if (await visit.Page.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", selector))
            {
                var outline = "it => [it, it.parentElement].some(seen => getComputedStyle(seen).outlineStyle !== 'none')";
                var isSeen = await visit.Page.Locator(selector).First.EvaluateAsync<bool>(outline);
                Assert.True(isSeen, $"{selector} does not show that it has the focus.");
                return;
            }

            await visit.Page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"The tabulator does not come to {selector}.");
    }
}
