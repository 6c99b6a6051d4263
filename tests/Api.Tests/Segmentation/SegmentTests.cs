using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace FcnService.Api.Tests.Segmentation;

public sealed partial class SegmentTests(Service service) : IClassFixture<Service>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(61, 37)]
    [InlineData(480, 360)]
    [InlineData(1500, 20)]
    public async Task Post_BothBodyKinds_GiveTheSameMaskOfThePhotosSize(int width, int height)
    {
        var photo = Service.Draw(width, height);
        using var asBody = await service.PostBodyAsync(photo);
        using var asForm = await service.PostFormAsync(photo);
        var mask = await ReadMaskAsync(asBody);
        Assert.Equal((width, height), (mask.Width, mask.Height));
        Assert.All(mask.Indices, label => Assert.InRange(label, 0, 10));
        Assert.Equal(mask.Indices, (await ReadMaskAsync(asForm)).Indices);
    }

    [Fact]
    public async Task Post_Photo_AnswersThePaletteOfVoc()
    {
        using var answer = await service.PostBodyAsync(Service.Draw(32, 32));
        var (_, _, _, palette) = await ReadMaskAsync(answer);
        Assert.Equal(256 * 3, palette.Length);
        Assert.Equal([0, 0, 0, 128, 0, 0, 0, 128, 0], palette[..9]);
        Assert.Equal([224, 224, 192], palette[^3..]);
    }

    [Fact]
    public async Task Post_Photo_NamesTheModelAndTheStagesTimes()
    {
        using var answer = await service.PostBodyAsync(Service.Draw(64, 48));
        Assert.Equal("image/png", answer.Content.Headers.ContentType?.MediaType);
        Assert.NotNull(answer.Content.Headers.ContentLength);
        Assert.Equal("fcn8s-camvid", Assert.Single(answer.Headers.GetValues("X-Model")));
        var timing = Assert.Single(answer.Headers.GetValues("Server-Timing"));
        var stages = TimingEntry().Matches(timing);
        Assert.Equal(["decode", "preprocess", "queue", "inference", "postprocess", "encode"], stages.Select(stage => stage.Groups[1].Value));
        Assert.True(double.Parse(stages[3].Groups[2].Value, CultureInfo.InvariantCulture) > 0);
    }

    [Theory]
    [InlineData("application/octet-stream")]
    [InlineData("image/jpeg")]
    [InlineData("IMAGE/whatever")]
    public async Task Post_AnyImageMediaType_IsJudgedByContent(string mediaType)
    {
        using var answer = await service.PostBodyAsync(Service.Draw(20, 20), mediaType);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Post_FormWithFieldsAroundTheImage_FindsTheImage()
    {
        var form = new MultipartFormDataContent
        {
            { new StringContent("a note"), "note" },
            { new ByteArrayContent(Service.Draw(20, 20)), "image", "photo" },
            { new StringContent("another"), "after" },
        };
        using var answer = await service.Client.PostAsync("/segment", form, Cancellation);
        Assert.Equal(20, (await ReadMaskAsync(answer)).Width);
    }

    [Fact]
    public async Task Post_BodyWithoutLength_IsRead()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/segment") { Content = new StreamContent(new MemoryStream(Service.Draw(20, 20))) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        request.Headers.TransferEncodingChunked = true;
        using var answer = await service.Client.SendAsync(request, Cancellation);
        Assert.Equal(20, (await ReadMaskAsync(answer)).Width);
    }

    [Fact]
    public async Task Post_BodyWithoutLengthOrMediaType_IsNotTaken()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/segment") { Content = new StreamContent(new MemoryStream(Service.Draw(20, 20))) };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await service.Client.SendAsync(request, Cancellation);
        await Service.ReadProblemAsync(answer, 415, "unsupported-media-type");
    }

    [Fact]
    public async Task Post_NamedModel_UsesIt()
    {
        using var answer = await service.PostBodyAsync(Service.Draw(20, 20), query: "?model=fcn8s-camvid");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Post_UnknownModel_IsNotFoundAndListsTheKnown()
    {
        using var answer = await service.PostBodyAsync(Service.Draw(20, 20), query: "?model=fcn99");
        var detail = await Service.ReadProblemAsync(answer, 404, "unknown-model");
        Assert.Contains("'fcn99'", detail, StringComparison.Ordinal);
        Assert.Contains("fcn8s-camvid", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_Nothing_IsAMissingImage()
    {
        using var answer = await service.Client.PostAsync("/segment", null, Cancellation);
        await Service.ReadProblemAsync(answer, 400, "missing-image");
    }

    [Fact]
    public async Task Post_EmptyImage_IsAMissingImage()
    {
        using var asBody = await service.PostBodyAsync([]);
        await Service.ReadProblemAsync(asBody, 400, "missing-image");
        using var asForm = await service.PostFormAsync([]);
        await Service.ReadProblemAsync(asForm, 400, "missing-image");
    }

    [Fact]
    public async Task Post_FormWithoutTheField_IsAMissingImageAndNamesTheFields()
    {
        using var answer = await service.PostFormAsync(Service.Draw(8, 8), field: "picture");
        var detail = await Service.ReadProblemAsync(answer, 400, "missing-image");
        Assert.Contains("'image'", detail, StringComparison.Ordinal);
        Assert.Contains("'picture'", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=other")]
    public async Task Post_FormThatDoesNotMatchItsBoundary_IsAMalformedBody(string contentType)
    {
        using var content = new StringContent("--mine\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\nx\r\n--mine--\r\n");
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var answer = await service.Client.PostAsync("/segment", content, Cancellation);
        await Service.ReadProblemAsync(answer, 400, "malformed-body");
    }

    [Fact]
    public async Task Post_FormThatBreaksOff_IsAMalformedBody()
    {
        using var content = new StringContent("--mine\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\nx");
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=mine");
        using var answer = await service.Client.PostAsync("/segment", content, Cancellation);
        await Service.ReadProblemAsync(answer, 400, "malformed-body");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json")]
    public async Task Post_OtherMediaType_IsNotTaken(string mediaType)
    {
        using var answer = await service.PostBodyAsync(Service.Draw(8, 8), mediaType);
        Assert.Contains(mediaType, await Service.ReadProblemAsync(answer, 415, "unsupported-media-type"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("%PDF-1.7")]
    [InlineData("hello")]
    public async Task Post_ContentThatIsNoServedImage_IsAnUnsupportedFormat(string content)
    {
        using var answer = await service.PostBodyAsync(Encoding.UTF8.GetBytes(content));
        Assert.Contains("AVIF", await Service.ReadProblemAsync(answer, 415, "unsupported-format"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_TruncatedImage_IsUndecodable()
    {
        using var answer = await service.PostBodyAsync(Service.Draw(64, 64)[..200]);
        Assert.Contains("Png", await Service.ReadProblemAsync(answer, 400, "undecodable-image"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_HeaderOverThePixelLimit_IsRefused()
    {
        // A header alone: there is no pixel to decode.
        var bomb = PngFile.Write(12_000, 12_000, colourType: 2, bitDepth: 8, bytesPerRow: 0, rows: []);
        using var answer = await service.PostBodyAsync(bomb);
        var detail = await Service.ReadProblemAsync(answer, 413, "too-many-pixels");
        Assert.Contains("144000000", detail, StringComparison.Ordinal);
        Assert.Contains("50000000", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_RepeatedInParallel_GivesTheSameMask()
    {
        var photo = Service.Draw(97, 61);
        using var first = await service.PostBodyAsync(photo);
        var expected = await ReadMaskAsync(first);
        await Parallel.ForAsync(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation }, async (_, _) =>
        {
            using var answer = await service.PostBodyAsync(photo);
            Assert.Equal(expected.Indices, (await ReadMaskAsync(answer)).Indices);
        });
    }

    internal static async Task<(int Width, int Height, byte[] Indices, byte[] Palette)> ReadMaskAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsByteArrayAsync(Cancellation);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode}: {Encoding.UTF8.GetString(body)}");
        return PngFile.ReadIndexed(body);
    }

    [GeneratedRegex(@"(\w+);dur=([0-9.]+)")]
    private static partial Regex TimingEntry();
}
