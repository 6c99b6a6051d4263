using System.Net;

namespace FcnService.Api.Tests.Segmentation;

/// <summary>Broken, malicious and rare images: each gets a mask of its size or a documented problem, and nothing else.</summary>
public sealed class UnusualImagesTests(Service service) : IClassFixture<Service>
{
    // What libvips, asked to fail on errors, calls sound, but the service refuses on purpose: an SVG, and an image over the pixel limit.
    private static readonly string[] RefusedOnPurpose = ["selfmade-svg-named.png", "selfmade-bomb-12000x12000-rgb.png"];

    [Fact]
    public async Task Post_EveryCollectedImage_GivesAMaskOrADocumentedProblem()
    {
        var folder = SharedData.Require("images");
        foreach (var line in await File.ReadAllLinesAsync(SharedData.Require("images", "INDEX.tsv"), TestContext.Current.CancellationToken))
        {
            var (name, sound, about) = (line.Split('\t')[0], line.Split('\t')[2] == "ok", line.Split('\t')[3]);
            using var answer = await service.PostBodyAsync(
                await File.ReadAllBytesAsync(Path.Combine(folder, name), TestContext.Current.CancellationToken), "application/octet-stream");
            if (sound && !RefusedOnPurpose.Any(refused => name.EndsWith(refused, StringComparison.Ordinal)))
            {
                await AssertMaskAsync(answer, name, about);
            }
            else
            {
                await AssertProblemAsync(answer, name);
            }
        }
    }

    private static async Task AssertMaskAsync(HttpResponseMessage answer, string name, string about)
    {
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{name} ({about}): {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        var mask = await SegmentTests.ReadMaskAsync(answer);
        // As in "jpeg 100x80x3 space=srgb depth=uchar orient=6 pages=1".
        var words = about.Split(' ');
        var stored = words[1].Split('x').Select(int.Parse).ToArray();
        var turned = words.Any(word => word is "orient=5" or "orient=6" or "orient=7" or "orient=8");
        Assert.True(
            (turned ? (stored[1], stored[0]) : (stored[0], stored[1])) == (mask.Width, mask.Height),
            $"{name} ({about}): the mask is {mask.Width}×{mask.Height}");
    }

    private static async Task AssertProblemAsync(HttpResponseMessage answer, string name)
    {
        Assert.True(
            answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnsupportedMediaType or HttpStatusCode.RequestEntityTooLarge,
            $"{name}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }
}
