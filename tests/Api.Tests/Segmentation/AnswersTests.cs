using System.Net;
using FcnService.Inference;
using FcnService.Inference.Answers;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;

namespace FcnService.Api.Tests.Segmentation;

public sealed class AnswersTests(AnswersTests.Limited service) : IClassFixture<AnswersTests.Limited>
{
    private static readonly byte[] Photo = Service.Draw(97, 61);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "image/png")]
    [InlineData("?output=mask&classes=car,Tree", "image/png")]
    [InlineData("?output=color", "image/png")]
    [InlineData("?output=overlay", "image/jpeg")]
    [InlineData("?output=overlay&alpha=1&outlines=true", "image/jpeg")]
    [InlineData("?output=confidence", "image/png")]
    [InlineData("?output=json&regions=rle", "application/json")]
    [InlineData("?output=json&regions=polygons&classes=sign%20symbol,sky", "application/json")]
    [InlineData("?output=npy", "application/x-npy")]
    [InlineData("?output=npy&npy=probabilities", "application/x-npy")]
    public async Task Post_Query_AnswersWhatTheLibraryMakes(string query, string mediaType)
    {
        using var answer = await service.PostBodyAsync(Photo, query: query);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(mediaType, answer.Content.Headers.ContentType?.ToString());
        var body = await answer.Content.ReadAsByteArrayAsync(Cancellation);
        Assert.Equal(body.Length, answer.Content.Headers.ContentLength);
        Assert.Equal(await MakeAsync(query), body);
    }

    [Theory]
    [InlineData("image/jpeg", "", "image/jpeg")]
    [InlineData("application/json", "", "application/json")]
    [InlineData("image/png", "?output=overlay", "image/png")]
    [InlineData("application/json", "?output=color", "image/png")]
    public async Task Post_Accept_IsHeardWhereTheQueryDoesNotSay(string accept, string query, string mediaType)
    {
        using var answer = await SendAsync(query, ("Accept", accept));
        Assert.Equal(mediaType, answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(["Accept"], answer.Headers.Vary);
    }

    [Fact]
    public async Task Post_AcceptOfNothingThatIsGiven_IsNotAcceptable()
    {
        using var answer = await SendAsync("", ("Accept", "text/html"));
        Assert.Contains("image/png", await Service.ReadProblemAsync(answer, 406, "not-acceptable"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?output=picture", "'output' is 'picture'", "overlay")]
    [InlineData("?output=overlay&alpha=2", "'alpha' is '2'", "from 0 to 1")]
    [InlineData("?classes=car,dog", "'dog'", "sign symbol")]
    public async Task Post_UnusableParameter_IsNamedWithWhatIsAllowed(string query, string named, string allowed)
    {
        using var answer = await service.PostBodyAsync(Photo, query: query);
        var detail = await Service.ReadProblemAsync(answer, 400, "invalid-parameter");
        Assert.Contains(named, detail, StringComparison.Ordinal);
        Assert.Contains(allowed, detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_MoreProbabilitiesThanTheLimit_IsTooLargeUnlessFewerClassesAreAsked()
    {
        var photo = Service.Draw(100, 110);
        using var all = await service.PostBodyAsync(photo, query: "?output=npy&npy=probabilities");
        var detail = await Service.ReadProblemAsync(all, 413, "too-large-answer");
        Assert.Contains("121000", detail, StringComparison.Ordinal);
        Assert.Contains("100000", detail, StringComparison.Ordinal);

        using var some = await service.PostBodyAsync(photo, query: "?output=npy&npy=probabilities&classes=car");
        Assert.Equal(HttpStatusCode.OK, some.StatusCode);
    }

    [Fact]
    public async Task Post_KnownTag_IsNotModifiedAndCostsNoInference()
    {
        using var first = await service.PostBodyAsync(Photo, query: "?output=json");
        var tag = first.Headers.ETag!;
        Assert.False(tag.IsWeak);
        var runs = await CountRunsAsync();

        using var again = await SendAsync("?output=json", ("If-None-Match", $"\"other\", W/{tag}"));

        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(tag, again.Headers.ETag);
        Assert.Equal("fcn8s-camvid", Assert.Single(again.Headers.GetValues("X-Model")));
        Assert.Equal(["Accept"], again.Headers.Vary);
        Assert.True(again.Headers.CacheControl is { Private: true, NoCache: true });
        Assert.Empty(await again.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal(runs, await CountRunsAsync());
    }

    [Fact]
    public async Task Post_OtherImageOrOptions_HasAnotherTag()
    {
        var tags = new List<string>();
        foreach (var (photo, query) in new[] { (Photo, ""), (Photo, "?output=color"), (Photo, "?classes=car"), (Service.Draw(97, 62), "") })
        {
            using var answer = await service.PostBodyAsync(photo, query: query);
            tags.Add(answer.Headers.ETag!.Tag);
            using var same = await service.PostBodyAsync(photo, query: query.Length == 0 ? "?output=mask&alpha=0.1" : query);
            Assert.Equal(tags[^1], same.Headers.ETag!.Tag);
        }

        Assert.Equal(tags.Count, tags.Distinct().Count());
    }

    [Fact]
    public async Task Post_UnknownTag_IsAnswered()
    {
        using var answer = await SendAsync("", ("If-None-Match", "\"other\""));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<byte[]> MakeAsync(string query)
    {
        var model = Path.Combine(SharedData.Repository, "models", "fcn8s-camvid.onnx");
        using var segmenter = new Segmenter(ModelSession.Load(model, new SessionSettings()), new ImageDecoder(new ImageLimits()));
        var given = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(query);
        var answer = new Answer(AnswerOptions.Parse(name => given.TryGetValue(name, out var value) ? value.ToString() : null), segmenter);
        using var photo = segmenter.Open(Photo);
        using var segmentation = segmenter.Segment(photo, answer.Detail);
        using var encoded = answer.Encode(segmentation, photo);
        using var file = new MemoryStream();
        await encoded.CopyToAsync(file, Cancellation);
        return file.ToArray();
    }

    private async Task<HttpResponseMessage> SendAsync(string query, (string Name, string Value) header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/segment{query}") { Content = new ByteArrayContent(Photo) };
        request.Content.Headers.ContentType = new("image/png");
        request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        return await service.Client.SendAsync(request, Cancellation);
    }

    private async Task<string> CountRunsAsync()
    {
        var metrics = await service.Client.GetStringAsync("/metrics", Cancellation);
        return metrics.Split('\n').Single(line => line.StartsWith(
            """fcnservice_stage_duration_seconds_count{model="fcn8s-camvid",stage="inference"}""", StringComparison.Ordinal));
    }

    /// <summary>A service that gives few probabilities.</summary>
    public sealed class Limited : Service
    {
        protected override Dictionary<string, string> Settings => new() { ["Segmentation:MaxProbabilities"] = "100000" };
    }
}
