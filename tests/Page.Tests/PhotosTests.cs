using FcnService.Api.Tests;
using FcnService.Page.Tests.Browser;

namespace FcnService.Page.Tests;

public sealed class PhotosTests(Chromium chromium, Service service) : IClassFixture<Service>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Photo_InEveryExifOrientation_IsShownUprightAsTheMaskIs()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        int[]? upright = null;
        for (var orientation = 1; orientation <= 8; orientation++)
        {
            var photo = await File.ReadAllBytesAsync(SharedData.Require("images", "exif", $"Landscape_{orientation}.jpg"), Cancellation);
            var mask = await MaskAsync(photo);
            await visit.SegmentAsync($"{orientation}.jpg", photo);
            var status = await visit.Page.InnerTextAsync("#status");
            Assert.StartsWith($"{orientation}.jpg: {mask.Width} × {mask.Height} pixels, ", status, StringComparison.Ordinal);
            Assert.True(mask.Width > mask.Height, "The photo is a landscape.");

            // The photo in 24 × 16 pixels: the eight files are the same but for what JPEG did to each.
            var small = await visit.Page.EvaluateAsync<int[]>(
                """
                () => {
                  const drawing = new OffscreenCanvas(24, 16).getContext('2d');
                  drawing.imageSmoothingQuality = 'high';
                  drawing.drawImage(photo, 0, 0, 24, 16);
                  return [...drawing.getImageData(0, 0, 24, 16).data];
                }
                """);
            upright ??= small;
            Assert.InRange(upright.Zip(small, (a, b) => Math.Abs(a - b)).Average(), 0, 5);
        }
    }

    [Theory]
    [InlineData("images", "fcn-demo", "image.jpg")]
    [InlineData("camvid", "val", "0016E5_07959.png")]
    public async Task Photo_OfTheRealWorld_HasTheMasksPixels(params string[] path)
    {
        var photo = await File.ReadAllBytesAsync(SharedData.Require(path), Cancellation);
        var mask = await MaskAsync(photo);
        await using var visit = await Visit.OpenAsync(chromium, service);
        await visit.SegmentAsync("photo", photo);
        Assert.Equal(
            mask.Indices.GroupBy(label => (int)label).ToDictionary(group => group.Key, group => group.Count()), await visit.ReadLegendAsync());
    }

    [Fact]
    public async Task Photo_LargerThanAnyScreen_IsDrawnSmallerAndCountedWhole()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        await visit.SegmentAsync("large.png", Service.Draw(4000, 3000));
        Assert.Equal("2048 × 1536", await visit.Page.EvaluateAsync<string>("`${mask.width} × ${mask.height}`"));
        Assert.Equal(12_000_000, (await visit.ReadLegendAsync()).Values.Sum());
    }

    [Fact]
    public async Task Photo_InAFormatThatTheBrowserDoesNotKnow_HasItsMaskAllTheSame()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        // A photo before it must not stay behind the mask.
        await visit.SegmentAsync("before.png", Service.Draw(48, 32));
        await visit.SegmentAsync("quadrants.tif", TestImages.Read("quadrants.tif"));
        Assert.EndsWith("This browser cannot show the photo itself.", await visit.Page.InnerTextAsync("#status"), StringComparison.Ordinal);
        Assert.Equal("48 × 32", await visit.Page.EvaluateAsync<string>("`${mask.width} × ${mask.height}`"));
        Assert.All(await visit.ReadCanvasAsync("photo", 10, 10), channel => Assert.Equal(0, channel));
    }

    private async Task<(int Width, int Height, byte[] Indices, byte[] Palette)> MaskAsync(byte[] photo)
    {
        using var answer = await service.PostBodyAsync(photo, "application/octet-stream");
        return PngFile.ReadIndexed(await answer.Content.ReadAsByteArrayAsync(Cancellation));
    }
}
