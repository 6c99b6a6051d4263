using FcnService.Api.Tests;
using FcnService.Page.Tests.Browser;

namespace FcnService.Page.Tests;

public sealed class LegendTests(Chromium chromium, Service service) : IClassFixture<Service>
{
    // The second has more than a million pixels: its mask is written in another way.
    [Theory]
    [InlineData(120, 80)]
    [InlineData(1300, 900)]
    public async Task Legend_OfADrawnPicture_CountsTheMasksPixels(int width, int height)
    {
        var photo = Service.Draw(width, height);
        var expected = await CountAsync(photo);
        await using var visit = await Visit.OpenAsync(chromium, service);
        await visit.SegmentAsync("drawn.png", photo);
        Assert.Equal(expected, await visit.ReadLegendAsync());
        Assert.Equal(width * height, expected.Values.Sum());
    }

    [Fact]
    public async Task Legend_OfASample_HasTheMasksColoursAndNames()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        await visit.SegmentSampleAsync("street.jpg");
        var sample = await service.Client.GetByteArrayAsync("/page/street.jpg", TestContext.Current.CancellationToken);
        var mask = await MaskAsync(sample);
        var counts = Count(mask.Indices);
        Assert.Equal(counts, await visit.ReadLegendAsync());

        var classes = await visit.EvaluateAsync("async () => (await (await fetch('models')).json()).models[0].classes");
        foreach (var (label, pixels) in counts)
        {
            var row = visit.Page.Locator($"#legend button[data-label='{label}']");
            Assert.Equal(classes[label].GetString(), await row.Locator(".name").InnerTextAsync());
            var colour = mask.Palette.AsSpan(label * 3, 3);
            Assert.Equal(
                $"rgb({colour[0]}, {colour[1]}, {colour[2]})",
                await row.Locator(".swatch").EvaluateAsync<string>("it => getComputedStyle(it).backgroundColor"));
            var percent = 100.0 * pixels / mask.Indices.Length;
            var expected = percent < 0.1 ? "< 0.1 %" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{percent:0.0} %");
            Assert.Equal(expected, await row.Locator(".share").InnerTextAsync());
        }
    }

    [Fact]
    public async Task Class_ClickedInTheLegend_IsIsolatedUntilItIsClickedAgain()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        await visit.SegmentSampleAsync("street.jpg");
        var mask = await MaskAsync(await service.Client.GetByteArrayAsync("/page/street.jpg", TestContext.Current.CancellationToken));
        var (road, sky) = (Array.IndexOf(mask.Indices, (byte)3), Array.IndexOf(mask.Indices, (byte)0));
        Assert.Equal(ColourOf(mask, 3), await visit.ReadCanvasAsync("mask", road % mask.Width, road / mask.Width));
        Assert.Equal(ColourOf(mask, 0), await visit.ReadCanvasAsync("mask", sky % mask.Width, sky / mask.Width));

        await visit.Page.ClickAsync("#legend button[data-label='3']");
        Assert.Equal("true", await visit.Page.GetAttributeAsync("#legend button[data-label='3']", "aria-pressed"));
        Assert.Equal(ColourOf(mask, 3), await visit.ReadCanvasAsync("mask", road % mask.Width, road / mask.Width));
        Assert.NotEqual(ColourOf(mask, 0), await visit.ReadCanvasAsync("mask", sky % mask.Width, sky / mask.Width));

        await visit.Page.ClickAsync("#legend button[data-label='3']");
        Assert.Equal(0, await visit.Page.Locator("#legend [aria-pressed=true]").CountAsync());
        Assert.Equal(ColourOf(mask, 0), await visit.ReadCanvasAsync("mask", sky % mask.Width, sky / mask.Width));

        await visit.Page.ClickAsync("#legend button[data-label='0']");
        await visit.Page.ClickAsync("#show-all");
        Assert.False(await visit.Page.IsVisibleAsync("#show-all"));
        Assert.Equal(ColourOf(mask, 3), await visit.ReadCanvasAsync("mask", road % mask.Width, road / mask.Width));
    }

    private static int[] ColourOf((int Width, int Height, byte[] Indices, byte[] Palette) mask, int label) =>
        [mask.Palette[label * 3], mask.Palette[(label * 3) + 1], mask.Palette[(label * 3) + 2], 255];

    private async Task<Dictionary<int, int>> CountAsync(byte[] photo) => Count((await MaskAsync(photo)).Indices);

    private static Dictionary<int, int> Count(byte[] labels) =>
        labels.GroupBy(label => (int)label).ToDictionary(group => group.Key, group => group.Count());

    private async Task<(int Width, int Height, byte[] Indices, byte[] Palette)> MaskAsync(byte[] photo)
    {
        using var answer = await service.PostBodyAsync(photo);
        return PngFile.ReadIndexed(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }
}
