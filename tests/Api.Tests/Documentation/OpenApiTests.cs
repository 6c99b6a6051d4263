using System.Globalization;
using System.Net;
using System.Text.Json;
using FcnService.Api.Errors;

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
        Assert.Equal("model", Assert.Single(segment.GetProperty("parameters").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal("image/png", Assert.Single(segment.GetProperty("responses").GetProperty("200").GetProperty("content").EnumerateObject()).Name);
    }

    [Fact]
    public async Task Document_Segment_ExplainsEveryProblemUnderItsStatus()
    {
        var responses = (await ReadAsync()).GetProperty("paths").GetProperty("/segment").GetProperty("post").GetProperty("responses");
        foreach (var kind in ProblemKind.All.Where(kind => kind.Name is not ("method-not-allowed" or "not-found" or "unservable-model" or "too-many-images")))
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
        Assert.Equal(["/healthz/live", "/healthz/ready", "/models", "/problems/{name}", "/segment", "/segment/batch"], paths.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("/swagger/index.html")]
    [InlineData("/")]
    public async Task Page_IsThere(string path)
    {
        using var answer = await service.Client.GetAsync(path, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("swagger-ui", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    private async Task<JsonElement> ReadAsync() =>
        JsonDocument.Parse(await service.Client.GetStringAsync("/swagger/v1/swagger.json", Cancellation)).RootElement;
}
