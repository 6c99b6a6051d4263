using System.Net;
using System.Text.Json.Nodes;
using FcnService.Api.Tests.Access;

namespace FcnService.Api.Tests.OpenInference;

public sealed class OpenInferenceModuleTests(KeyedService keyed, Service service) : IClassFixture<KeyedService>, IClassFixture<Service>
{
    private const string Metadata = """
        {
          "name": "fcn8s-camvid", "versions": ["1"], "platform": "onnxruntime_onnx",
          "inputs": [
            { "name": "photo", "datatype": "BYTES", "shape": [1] },
            { "name": "image", "datatype": "FP32", "shape": [-1, 3, -1, -1] }
          ],
          "outputs": [
            { "name": "labels", "datatype": "UINT8", "shape": [1, -1, -1], "parameters": { "input": "photo" } },
            { "name": "mask", "datatype": "BYTES", "shape": [1], "parameters": { "input": "photo" } },
            { "name": "logits", "datatype": "FP32", "shape": [-1, 11, -1, -1], "parameters": { "input": "image" } }
          ]
        }
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v2", """{ "name": "FcnService", "version": "0.1.0", "extensions": ["binary_tensor_data"] }""")]
    [InlineData("/v2/", """{ "name": "FcnService", "version": "0.1.0", "extensions": ["binary_tensor_data"] }""")]
    [InlineData("/v2/health/live", """{ "live": true }""")]
    [InlineData("/v2/health/ready", """{ "ready": true }""")]
    [InlineData("/v2/models/fcn8s-camvid/ready", """{ "name": "fcn8s-camvid", "ready": true }""")]
    [InlineData("/v2/models/fcn8s-camvid/versions/1/ready", """{ "name": "fcn8s-camvid", "ready": true }""")]
    [InlineData("/v2/models/fcn8s-camvid", Metadata)]
    [InlineData("/v2/models/fcn8s-camvid/versions/1", Metadata)]
    public async Task Get_Path_AnswersWhatTheProtocolHas(string path, string expected)
    {
        var answer = JsonNode.Parse(await service.Client.GetStringAsync(path, Cancellation));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), answer), $"{answer}");
    }

    [Theory]
    [InlineData("GET", "/v2/models/fcn99", 404, "'fcn99'")]
    [InlineData("GET", "/v2/models/fcn99/ready", 404, "Served: fcn8s-camvid")]
    [InlineData("POST", "/v2/models/fcn99/infer", 404, "'fcn99'")]
    [InlineData("GET", "/v2/models/fcn8s-camvid/versions/2", 404, "version '2'")]
    [InlineData("GET", "/v2/models/fcn8s-camvid/versions/2/ready", 404, "version '1'")]
    [InlineData("POST", "/v2/models/fcn8s-camvid/versions/01/infer", 404, "version '01'")]
    [InlineData("GET", "/v2/nothing", 404, "nothing at this address")]
    [InlineData("GET", "/v2/models/fcn8s-camvid/infer", 405, "method")]
    [InlineData("POST", "/v2", 405, "method")]
    [InlineData("POST", "/v2/models/fcn8s-camvid/infer", 400, "JSON")]
    public async Task Request_ThatCannotBeServed_IsAnErrorOfTheProtocol(string method, string path, int status, string word)
    {
        using var answer = await service.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Cancellation);
        Assert.Contains(word, await ProtocolClient.ReadErrorAsync(answer, status), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_Refused_IsCountedByItsProblem()
    {
        using var answer = await ProtocolClient.PostAsync(service, "{}"u8.ToArray());
        await ProtocolClient.ReadErrorAsync(answer, 400);
        Assert.Contains(
            "fcnservice_requests_rejected_total{reason=\"invalid-inference-request\"}",
            await service.Client.GetStringAsync("/metrics", Cancellation),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v2")]
    [InlineData("/v2/models/fcn8s-camvid")]
    [InlineData("/v2/models/fcn8s-camvid/ready")]
    public async Task Request_WithoutItsKey_IsAnErrorOfTheProtocol(string path)
    {
        using var answer = await keyed.Client.GetAsync(path, Cancellation);
        Assert.Contains("X-Api-Key", await ProtocolClient.ReadErrorAsync(answer, 401), StringComparison.Ordinal);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Request_BeyondTheKeysRate_IsAnErrorOfTheProtocol()
    {
        using var first = await keyed.Client.SendAsync(KeyedService.Get("/v2", "X-Api-Key", KeyedService.LimitedKey), Cancellation);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        using var second = await keyed.Client.SendAsync(KeyedService.Get("/v2", "X-Api-Key", KeyedService.LimitedKey), Cancellation);
        Assert.Contains("'guest'", await ProtocolClient.ReadErrorAsync(second, 429), StringComparison.Ordinal);
        Assert.NotNull(second.Headers.RetryAfter);
    }
}
