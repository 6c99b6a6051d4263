using System.Collections.Concurrent;
using System.Text.Json;
using FcnService.Api.Tests;
using Microsoft.Playwright;

namespace FcnService.Page.Tests.Browser;

/// <summary>
/// One opening of the page, in a fresh profile. At its end it must have asked nothing of any other origin and must have written nothing
/// to the console that was not announced: neither errors nor violations of its policy.
/// </summary>
public sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly ConcurrentQueue<string> faults = new();
    private readonly ConcurrentQueue<IRequest> requests = new();

    private Visit(IBrowserContext context, IPage page, Uri origin)
    {
        (this.context, Page) = (context, page);
        page.Console += (_, message) => Note(message.Type is "error" or "warning", message.Text);
        page.PageError += (_, error) => Note(true, error);
        page.Request += (_, request) =>
        {
            requests.Enqueue(request);
            var isOwn = request.Url.StartsWith($"{origin}", StringComparison.Ordinal) || request.Url.StartsWith("blob:", StringComparison.Ordinal);
            Note(!isOwn, request.Url);
        };
    }

    public IPage Page { get; }

    /// <summary>Everything that the page has asked for.</summary>
    public IReadOnlyList<IRequest> Requests => [.. requests];

    /// <summary>What a text in the console must contain not to be a fault, as for a status that the test brings about.</summary>
    public string? Expected { get; set; }

    /// <summary>Opens the page of a running service, and waits until it knows the models or says why it does not.</summary>
    /// <param name="chromium">The browser.</param>
    /// <param name="service">The service.</param>
    /// <param name="options">How the visitor's device is; a desktop's by default.</param>
    /// <param name="before">What happens before the page is asked for.</param>
    public static async Task<Visit> OpenAsync(
        Chromium chromium, Service service, BrowserNewContextOptions? options = null, Func<Visit, Task>? before = null)
    {
        options ??= new BrowserNewContextOptions();
        options.BaseURL = service.Client.BaseAddress!.ToString();
        options.ViewportSize ??= Devices.Desktop;
        var browser = await chromium.RequireAsync();
        var context = await browser.NewContextAsync(options);
        context.SetDefaultTimeout(60_000);
        var visit = new Visit(context, await context.NewPageAsync(), service.Client.BaseAddress!);
        if (before is not null)
        {
            await before(visit);
        }

        await visit.Page.GotoAsync("/", new PageGotoOptions { WaitUntil = WaitUntilState.NetworkIdle });
        return visit;
    }

    /// <summary>Has a file chosen, as with the button.</summary>
    public Task ChooseAsync(string name, byte[] file) =>
        Page.SetInputFilesAsync("#choose", new FilePayload { Name = name, MimeType = "application/octet-stream", Buffer = file });

    /// <summary>Has a file chosen and waits for its mask.</summary>
    public async Task SegmentAsync(string name, byte[] file)
    {
        await ChooseAsync(name, file);
        await WaitForResultAsync();
    }

    /// <summary>Clicks a sample picture and waits for its mask.</summary>
    public async Task SegmentSampleAsync(string name)
    {
        await Page.ClickAsync($"[data-sample='{name}']");
        await WaitForResultAsync();
    }

    public async Task WaitForResultAsync()
    {
        var result = Page.Locator("body[data-state=result], #problem:visible");
        await result.First.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        Assert.False(await Page.IsVisibleAsync("#problem"), await Page.TextContentAsync("#problem"));
    }

    /// <summary>Waits for a problem and gives its words.</summary>
    public async Task<string> ReadProblemAsync()
    {
        await Page.Locator("#problem:visible").WaitForAsync();
        return await Page.InnerTextAsync("#problem");
    }

    /// <summary>The legend: each label with its pixels.</summary>
    public async Task<Dictionary<int, int>> ReadLegendAsync()
    {
        const string Rows = "[...document.querySelectorAll('#legend button')].map(it => [Number(it.dataset.label), Number(it.dataset.pixels)])";
        return (await Page.EvaluateAsync<int[][]>(Rows)).ToDictionary(part => part[0], part => part[1]);
    }

    /// <summary>A canvas's red, green, blue and alpha at a pixel.</summary>
    public Task<int[]> ReadCanvasAsync(string canvas, int x, int y) => Page.EvaluateAsync<int[]>(
        """
        ([id, x, y]) => {
          const pixel = new OffscreenCanvas(1, 1).getContext('2d');
          pixel.drawImage(document.getElementById(id), -x, -y);
          return [...pixel.getImageData(0, 0, 1, 1).data];
        }
        """,
        new object[] { canvas, x, y });

    /// <summary>What the eye sees: red, green and blue at points of an element, as shares of its width and height.</summary>
    public async Task<int[][]> ReadScreenAsync(string selector, params double[][] points)
    {
        var screenshot = Convert.ToBase64String(await Page.Locator(selector).ScreenshotAsync());
        // In a page of its own: the service's policy has no place for addresses with data.
        var other = await context.NewPageAsync();
        var colours = await other.EvaluateAsync<int[][]>(
            """
            async ([base64, points]) => {
              const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
              const drawing = new OffscreenCanvas(image.width, image.height).getContext('2d');
              drawing.drawImage(image, 0, 0);
              return points.map(([x, y]) => [...drawing.getImageData(x * image.width, y * image.height, 1, 1).data].slice(0, 3));
            }
            """,
            new object[] { screenshot, points });
        await other.CloseAsync();
        return colours;
    }

    /// <summary>Waits until a condition holds in the page. Playwright's own way of it evaluates text in the page, which the policy forbids.</summary>
    public async Task WaitForAsync(string condition)
    {
        for (var attempt = 0; !await Page.EvaluateAsync<bool>(condition); attempt++)
        {
            Assert.True(attempt < 600, $"It does not come to this within a minute: {condition}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    public async Task<JsonElement> EvaluateAsync(string script, object? argument = null) => (await Page.EvaluateAsync(script, argument))!.Value;

    public async ValueTask DisposeAsync()
    {
        await context.CloseAsync();
        Assert.Empty(faults);
    }

    private void Note(bool isFault, string text)
    {
        if (isFault && (Expected is null || !text.Contains(Expected, StringComparison.Ordinal)))
        {
            faults.Enqueue(text);
        }
    }
}
