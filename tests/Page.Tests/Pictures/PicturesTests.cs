using FcnService.Api.Tests;
using FcnService.Page.Tests.Browser;
using Microsoft.Playwright;

namespace FcnService.Page.Tests.Pictures;

/// <summary>
/// The pictures in the repository: the samples, which <c>scenes.js</c> draws, and the screenshots of the page. With FCN_PICTURES=write the
/// tests write them; the page shows new samples once it has been built with them.
/// </summary>
public sealed class PicturesTests(Chromium chromium, Service service) : IClassFixture<Service>
{
    private const int LargestSample = 12 * 1024;
    private const int LargestScreenshot = 150 * 1024;

    private static readonly string Scenes = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Pictures", "scenes.js"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static bool IsWriting => Environment.GetEnvironmentVariable("FCN_PICTURES") == "write";

    [Theory]
    [InlineData("street", "street.jpg", 480, 0.43)]
    [InlineData("street", "street-small.jpg", 240, 0.6)]
    [InlineData("avenue", "avenue.jpg", 480, 0.43)]
    [InlineData("avenue", "avenue-small.jpg", 240, 0.6)]
    [InlineData("crossing", "crossing.jpg", 480, 0.43)]
    [InlineData("crossing", "crossing-small.jpg", 240, 0.6)]
    public async Task Sample_InTheRepository_IsWhatTheProgramDraws(string scene, string file, int width, double quality)
    {
        var browser = await chromium.RequireAsync();
        await using var context = await browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.AddScriptTagAsync(new PageAddScriptTagOptions { Content = Scenes });
        var path = Path.Combine(SharedData.Repository, "src", "Api", "Page", "Files", file);
        if (IsWriting)
        {
            var bytes = await page.EvaluateAsync<string>(
                """
                async ([scene, width, quality]) => {
                  const blob = await drawScene(scene, width).convertToBlob({ type: 'image/jpeg', quality });
                  return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())));
                }
                """,
                new object[] { scene, width, quality });
            await File.WriteAllBytesAsync(path, Convert.FromBase64String(bytes), Cancellation);
        }

        var sample = await File.ReadAllBytesAsync(path, Cancellation);
        Assert.InRange(sample.Length, 2000, LargestSample);
        var difference = await page.EvaluateAsync<double>(
            """
            async ([scene, width, base64]) => {
              const drawn = drawScene(scene, width);
              const pixelsOf = canvas => canvas.getContext('2d').getImageData(0, 0, drawn.width, drawn.height).data;
              const stored = new OffscreenCanvas(drawn.width, drawn.height);
              stored.getContext('2d').drawImage(await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${base64}`)).blob()), 0, 0);
              const [a, b] = [pixelsOf(drawn), pixelsOf(stored)];
              return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
            }
            """,
            new object[] { scene, width, Convert.ToBase64String(sample) });
        // What JPEG loses, the grain above all.
        Assert.InRange(difference, 0, 6);
    }

    [Theory]
    [InlineData("page.jpg", ColorScheme.Light, false)]
    [InlineData("page-dark.jpg", ColorScheme.Dark, false)]
    [InlineData("page-phone.jpg", ColorScheme.Light, true)]
    [InlineData("page-start.jpg", ColorScheme.Light, false)]
    public async Task Screenshot_InTheDocuments_IsThereAndSmall(string file, ColorScheme colours, bool isPhone)
    {
        var path = Path.Combine(SharedData.Repository, "docs", "pictures", file);
        if (IsWriting)
        {
            await using var visit = await Visit.OpenAsync(chromium, service, isPhone ? Devices.Phone(colours) : Devices.Computer(colours));
            if (file != "page-start.jpg")
            {
                await visit.SegmentSampleAsync(isPhone ? "crossing.jpg" : "street.jpg");
                await visit.Page.FillAsync("#wipe", "40");
            }

            if (colours == ColorScheme.Dark)
            {
                await visit.Page.ClickAsync("#legend button:has-text('car')");
                await visit.Page.FillAsync("#wipe", "0");
            }

            await visit.Page.Mouse.MoveAsync(0, 0);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await visit.Page.ScreenshotAsync(new PageScreenshotOptions { Path = path, Type = ScreenshotType.Jpeg, Quality = isPhone ? 70 : 85 });
        }

        Assert.InRange(new FileInfo(path).Length, 5000, LargestScreenshot);
    }
}
