using FcnService.Api.Tests;
using FcnService.Page.Tests.Browser;

namespace FcnService.Page.Tests;

public sealed class OutputsTests(Chromium chromium, Service service) : IClassFixture<Service>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "street-mask.png")]
    [InlineData("color", "street-color.png")]
    [InlineData("overlay", "street-overlay.jpg")]
    [InlineData("confidence", "street-confidence.png")]
    [InlineData("json", "street.json")]
    [InlineData("npy", "street.npy")]
    public async Task Output_Saved_IsTheServicesAnswer(string output, string file)
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        await visit.SegmentSampleAsync("street.jpg");
        await visit.Page.SelectOptionAsync("#output", output);
        var saved = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.ClickAsync("#download-form button"));
        Assert.Equal(file, saved.SuggestedFilename);

        var sample = await service.Client.GetByteArrayAsync("/page/street.jpg", Cancellation);
        var query = output switch { "" => "", "overlay" => "?output=overlay&alpha=0.6", _ => $"?output={output}" };
        using var answer = await service.PostBodyAsync(sample, query: query);
        Assert.True(answer.IsSuccessStatusCode);
        Assert.Equal(await answer.Content.ReadAsByteArrayAsync(Cancellation), await File.ReadAllBytesAsync(await saved.PathAsync(), Cancellation));
    }

    [Fact]
    public async Task Command_OfAResult_AsksForTheSame()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        await visit.SegmentAsync("it's mine.png", Service.Draw(32, 32));
        await visit.Page.SelectOptionAsync("#output", "json");
        Assert.Equal(
            $"curl --data-binary @'it'\\''s mine.png' -H 'Content-Type: application/octet-stream' \\\n"
            + $"  '{service.Client.BaseAddress}segment?model=fcn8s-camvid&output=json' -o 'it'\\''s mine.json'",
            await visit.Page.TextContentAsync("#command"));
    }

    [Fact]
    public async Task Timings_OfAResult_AreTheServicesStages()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        var answer = visit.Page.WaitForResponseAsync(response => response.Request.Method == "POST");
        await visit.SegmentSampleAsync("street.jpg");
        var header = await (await answer).HeaderValueAsync("Server-Timing");
        var stages = header!.Split(", ").Select(stage => stage.Split(";dur=")).ToList();
        var names = await visit.Page.Locator("#timings dt").AllInnerTextsAsync();
        Assert.Equal([.. stages.Select(stage => stage[0]), "in the service", "there and back"], names);
        var times = await visit.Page.Locator("#timings dd").AllInnerTextsAsync();
        Assert.All(times, text => Assert.Matches(@"^\d+(\.\d)? ms$", text));
    }
}
