using FcnService.Api.Tests;
using FcnService.Page.Tests.Browser;
using Microsoft.Playwright;

namespace FcnService.Page.Tests;

public sealed class IntakeTests(Chromium chromium, Service service) : IClassFixture<Service>
{
    // What a browser hands over with a drop or from the clipboard.
    private const string MakeTransfer =
        """
        ([name, bytes]) => {
          const transfer = new DataTransfer();
          if (bytes) {
            transfer.items.add(new File([Uint8Array.from(atob(bytes), it => it.charCodeAt(0))], name, { type: 'image/png' }));
          } else {
            transfer.setData('text/plain', name);
          }
          return transfer;
        }
        """;

    private static readonly byte[] Photo = Service.Draw(120, 80);

    [Fact]
    public async Task Photo_Chosen_IsSegmented()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        await visit.SegmentAsync("chosen.png", Photo);
        Assert.StartsWith("chosen.png: 120 × 80 pixels, ", await visit.Page.InnerTextAsync("#status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Photo_ChosenTwice_IsSegmentedTwice()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        await visit.SegmentAsync("chosen.png", Photo);
        await visit.SegmentAsync("chosen.png", Photo);
        Assert.Equal(2, visit.Requests.Count(request => request.Method == "POST"));
    }

    [Fact]
    public async Task Photo_Dropped_IsSegmented()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        await DropAsync(visit, "dropped.png", Photo);
        await visit.WaitForResultAsync();
        Assert.StartsWith("dropped.png: 120 × 80 pixels, ", await visit.Page.InnerTextAsync("#status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_Dropped_IsRefusedInWords()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        await DropAsync(visit, "only text", null);
        Assert.Contains("What was dropped is no file.", await visit.ReadProblemAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Photo_Pasted_IsSegmented()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        await PasteAsync(visit, "pasted.png", Photo);
        await visit.WaitForResultAsync();
        Assert.StartsWith("pasted.png: 120 × 80 pixels, ", await visit.Page.InnerTextAsync("#status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_Pasted_IsRefusedInWords()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        await PasteAsync(visit, "only text", null);
        Assert.Contains("The clipboard has no image.", await visit.ReadProblemAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_PastedIntoAField_IsLeftAlone()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        var script = $"argument => key.dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: ({MakeTransfer})(argument), bubbles: true }}))";
        await visit.Page.EvaluateAsync(script, new[] { "a key", null });
        Assert.False(await visit.Page.IsVisibleAsync("#problem"));
    }

    [Theory]
    [InlineData("street.jpg", "road", "building", "sky", "car")]
    [InlineData("avenue.jpg", "road", "tree", "sky", "car")]
    [InlineData("crossing.jpg", "road", "building", "sky", "bicyclist")]
    public async Task Sample_Clicked_ShowsWhatWasDrawn(string sample, params string[] classes)
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        await visit.SegmentSampleAsync(sample);
        var shares = new Dictionary<string, double>();
        foreach (var row in await visit.Page.Locator("#legend button").AllAsync())
        {
            shares.Add(await row.Locator(".name").InnerTextAsync(), double.Parse(
                (await row.Locator(".share").InnerTextAsync()).Trim('<', ' ', '%'), System.Globalization.CultureInfo.InvariantCulture));
        }

        Assert.All(classes, name => Assert.InRange(shares[name], 1, 60));
        Assert.Equal(100, shares.Values.Sum(), tolerance: 0.6);
    }

    [Fact]
    public async Task Camera_OnAPhone_IsOffered()
    {
        await using var desktop = await Visit.OpenAsync(chromium, service);
        Assert.False(await desktop.Page.IsVisibleAsync(".camera"));
        await using var phone = await Visit.OpenAsync(chromium, service, Devices.Phone());
        Assert.True(await phone.Page.IsVisibleAsync(".camera"));
        Assert.Equal("environment", await phone.Page.GetAttributeAsync("#take", "capture"));
        await phone.Page.SetInputFilesAsync("#take", new FilePayload { Name = "taken.png", MimeType = "image/png", Buffer = Photo });
        await phone.WaitForResultAsync();
    }

    [Fact]
    public async Task Photo_NewerOne_TakesThePlaceOfOneOnItsWay()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        visit.Expected = "net::ERR_ABORTED";
        var held = new TaskCompletionSource();
        var isFirst = true;
        await visit.Page.RouteAsync("**/segment*", async route =>
        {
            if (isFirst)
            {
                isFirst = false;
                await held.Task;
            }

            await route.ContinueAsync();
        });
        await visit.ChooseAsync("slow.png", Service.Draw(64, 64));
        await visit.WaitForAsync("document.body.dataset.state === 'busy'");
        await visit.SegmentAsync("quick.png", Photo);
        held.SetResult();
        await visit.Page.WaitForTimeoutAsync(300);
        Assert.StartsWith("quick.png: 120 × 80 pixels, ", await visit.Page.InnerTextAsync("#status"), StringComparison.Ordinal);
    }

    private static async Task DropAsync(Visit visit, string name, byte[]? file)
    {
        var transfer = await visit.Page.EvaluateHandleAsync(MakeTransfer, new[] { name, Base64(file) });
        await visit.Page.DispatchEventAsync("main", "dragover", new { dataTransfer = transfer });
        Assert.Equal("dragged-over", await visit.Page.GetAttributeAsync("body", "class"));
        await visit.Page.DispatchEventAsync("main", "drop", new { dataTransfer = transfer });
        Assert.Equal(string.Empty, await visit.Page.GetAttributeAsync("body", "class"));
    }

    private static async Task PasteAsync(Visit visit, string name, byte[]? file) => await visit.Page.EvaluateAsync(
        $"argument => document.body.dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: ({MakeTransfer})(argument), bubbles: true }}))",
        new[] { name, Base64(file) });

    private static string? Base64(byte[]? file) => file is null ? null : Convert.ToBase64String(file);
}
