using System.Globalization;
using System.Net;
using System.Text.Json;
using FcnService.Api.Errors;
using FcnService.Inference.Answers;

namespace FcnService.Api.Tests.Documentation;

public sealed class OpenApiTests(Service service) : IClassFixture<Service>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Document_Segment_TakesBothBodyKindsAndGivesAPicture()
    {
        var segment = (await ReadAsync()).GetProperty("paths").GetProperty("/segment").GetProperty("post");
        var body = segment.GetProperty("requestBody").GetProperty("content");
        Assert.Equal(["multipart/form-data", "application/octet-stream", "image/*"], body.EnumerateObject().Select(kind => kind.Name));
        var field = body.GetProperty("multipart/form-data").GetProperty("schema").GetProperty("properties").GetProperty("image");
        Assert.Equal("binary", field.GetProperty("format").GetString());
        var files = segment.GetProperty("responses").GetProperty("200").GetProperty("content");
        Assert.Equal(["image/png", "image/jpeg", "application/json", "application/x-npy"], files.EnumerateObject().Select(file => file.Name));
        Assert.Equal("binary", files.GetProperty("image/png").GetProperty("schema").GetProperty("format").GetString());
        Assert.Equal("fcn8s-camvid", files.GetProperty("application/json").GetProperty("example").GetProperty("model").GetString());
    }

    [Fact]
    public async Task Document_Segment_HasEveryParameterWithItsValuesAndLimits()
    {
        var segment = (await ReadAsync()).GetProperty("paths").GetProperty("/segment").GetProperty("post");
        var parameters = segment.GetProperty("parameters").EnumerateArray().ToDictionary(parameter => parameter.GetProperty("name").GetString()!);
        Assert.Equal(["model", "output", "classes", "alpha", "outlines", "regions", "npy"], parameters.Keys);
        foreach (var parameter in AnswerParameters.All)
        {
            var described = parameters[parameter.Name];
            Assert.Contains($"{parameter.Name}={parameter.Example}", described.GetProperty("description").GetString(), StringComparison.Ordinal);
            var values = described.GetProperty("schema").TryGetProperty("enum", out var words) ? words.EnumerateArray().Select(word => word.GetString()) : [];
            Assert.Equal(parameter.Values, values);
        }

        Assert.Equal(1, parameters["alpha"].GetProperty("schema").GetProperty("maximum").GetInt32());
    }

    [Fact]
    public async Task Document_Batch_TakesManyFilesAndTheParametersOfOne()
    {
        var paths = (await ReadAsync()).GetProperty("paths");
        var (batch, segment) = (paths.GetProperty("/segment/batch").GetProperty("post"), paths.GetProperty("/segment").GetProperty("post"));
        Assert.Equal(segment.GetProperty("parameters").GetRawText(), batch.GetProperty("parameters").GetRawText());
        var form = batch.GetProperty("requestBody").GetProperty("content").GetProperty("multipart/form-data").GetProperty("schema");
        var image = form.GetProperty("properties").GetProperty("image");
        Assert.Equal(("array", "binary"), (image.GetProperty("type").GetString(), image.GetProperty("items").GetProperty("format").GetString()));
        var answers = batch.GetProperty("responses").GetProperty("200").GetProperty("content").EnumerateObject().Select(type => type.Name);
        Assert.Equal(["application/zip", "multipart/mixed"], answers.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Document_Groups_AreDescribedInOrder()
    {
        var document = await ReadAsync();
        var groups = document.GetProperty("tags").EnumerateArray().ToList();
        Assert.Equal(["Segmentation", "Models", "Open Inference Protocol", "Problems", "Health"], groups.Select(group => group.GetProperty("name").GetString()));
        Assert.All(groups, group => Assert.NotEmpty(group.GetProperty("description").GetString()!));
        var used = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject())
            .SelectMany(operation => operation.Value.GetProperty("tags").EnumerateArray()).Select(tag => tag.GetString()).Distinct();
        Assert.Equal(groups.Select(group => group.GetProperty("name").GetString()).Order(), used.Order());
    }

    [Fact]
    public async Task Document_EveryParameter_HasAnExampleAndWords()
    {
        foreach (var parameter in (await ReadAsync()).GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject())
            .SelectMany(operation => operation.Value.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray() : []))
        {
            var name = parameter.GetProperty("name").GetString();
            Assert.True(parameter.TryGetProperty("description", out var words), $"{name} has no description.");
            Assert.True(parameter.TryGetProperty("example", out _) || words.GetString()!.Contains("As in `", StringComparison.Ordinal), $"{name} has no example.");
        }
    }

    [Fact]
    public async Task Document_Segment_ExplainsEveryProblemUnderItsStatus()
    {
        var responses = (await ReadAsync()).GetProperty("paths").GetProperty("/segment").GetProperty("post").GetProperty("responses");
        string[] elsewhere = ["method-not-allowed", "not-found", "unservable-model", "too-many-images", "invalid-inference-request"];
        foreach (var kind in ProblemKind.All.Where(kind => !elsewhere.Contains(kind.Name)))
        {
            var response = responses.GetProperty(kind.Status.ToString(CultureInfo.InvariantCulture));
            Assert.Contains(kind.Type, response.GetProperty("description").GetString(), StringComparison.Ordinal);
            Assert.True(response.GetProperty("content").TryGetProperty("application/problem+json", out _));
        }
    }

    [Fact]
    public async Task Document_Paths_AreTheService()
    {
        var paths = (await ReadAsync()).GetProperty("paths").EnumerateObject().Select(path => path.Name);
        Assert.Equal(
            [
                "/healthz/live", "/healthz/ready", "/models", "/problems/{name}", "/segment", "/segment/batch",
                "/v2", "/v2/health/live", "/v2/health/ready", "/v2/models/{model}", "/v2/models/{model}/infer", "/v2/models/{model}/ready",
            ],
            paths.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Document_Infer_HasExamplesThatTheServiceAnswersAsItSays()
    {
        var infer = (await ReadAsync()).GetProperty("paths").GetProperty("/v2/models/{model}/infer").GetProperty("post");
        Assert.Equal("Open Inference Protocol", Assert.Single(infer.GetProperty("tags").EnumerateArray()).GetString());
        Assert.Equal(["model", "Inference-Header-Content-Length"], infer.GetProperty("parameters").EnumerateArray().Select(one => one.GetProperty("name").GetString()));
        var model = infer.GetProperty("parameters")[0].GetProperty("example").GetString();
        var answers = infer.GetProperty("responses").GetProperty("200").GetProperty("content");
        Assert.Equal(["application/json", "application/octet-stream"], answers.EnumerateObject().Select(kind => kind.Name));
        var errors = infer.GetProperty("responses").GetProperty("400");
        Assert.Contains("/problems/invalid-inference-request", errors.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.True(errors.GetProperty("content").TryGetProperty("application/json", out _));

        var examples = infer.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("examples");
        foreach (var example in examples.EnumerateObject())
        {
            using var content = new StringContent(example.Value.GetProperty("value").GetRawText());
            using var answer = await service.Client.PostAsync($"/v2/models/{model}/infer", content, Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var shown = answers.GetProperty("application/json").GetProperty("example");
            var got = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).RootElement;
            Assert.Equal(shown.EnumerateObject().Select(one => one.Name), got.EnumerateObject().Select(one => one.Name));
            Assert.Equal(example.Name, got.GetProperty("outputs")[0].GetProperty("name").GetString());
        }
    }

    [Fact]
    public async Task Page_IsThere()
    {
        using var answer = await service.Client.GetAsync("/swagger/index.html", Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("swagger-ui", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    private async Task<JsonElement> ReadAsync() =>
        JsonDocument.Parse(await service.Client.GetStringAsync("/swagger/v1/swagger.json", Cancellation)).RootElement;
}
