using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using FcnService.Api.Tests.Segmentation;
using Microsoft.ML.OnnxRuntime;
using static FcnService.Api.Tests.OpenInference.ProtocolClient;

namespace FcnService.Api.Tests.OpenInference;

public sealed class InferenceRunnerTests(Service service) : IClassFixture<Service>
{
    private static readonly string Model = Path.Combine(SharedData.Repository, "models", "fcn8s-camvid.onnx");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(61, 37)]
    [InlineData(480, 360)]
    public async Task Infer_Photo_GivesThePixelsOfTheMask(int width, int height)
    {
        var photo = Service.Draw(width, height);
        using var segmented = await service.PostBodyAsync(photo);
        var mask = await SegmentTests.ReadMaskAsync(segmented);

        using var answer = await PostAsync(service, PhotoRequest(photo));

        var (json, _) = await ReadAsync(answer);
        Assert.Equal("fcn8s-camvid", json.GetProperty("model_name").GetString());
        Assert.Equal("1", json.GetProperty("model_version").GetString());
        Assert.False(json.TryGetProperty("id", out _));
        var labels = Assert.Single(json.GetProperty("outputs").EnumerateArray());
        Assert.Equal(("labels", "UINT8"), (labels.GetProperty("name").GetString(), labels.GetProperty("datatype").GetString()));
        Assert.Equal([1, height, width], Shape(labels));
        Assert.Equal(mask.Indices.Select(label => (int)label), Data<int>(labels));
    }

    [Fact]
    public async Task Infer_RealPhotoAsBinaryData_GivesThePixelsOfTheMask()
    {
        var photo = await File.ReadAllBytesAsync(SharedData.Require("images", "exif", "Landscape_6.jpg"), Cancellation);
        using var segmented = await service.PostBodyAsync(photo, "image/jpeg");
        var mask = await segmented.Content.ReadAsByteArrayAsync(Cancellation);
        var (width, height, indices, _) = PngFile.ReadIndexed(mask);
        var element = Element(photo);
        var request = Request(Tensor("photo", "BYTES", [1], binaryLength: element.Length), Output("mask"), Output("labels"));
        request["id"] = "a photo";
        request["parameters"] = new JsonObject { ["binary_data_output"] = true, ["something_else"] = new JsonObject { ["deep"] = 1 } };

        using var answer = await PostAsync(service, request, element);

        var (json, binary) = await ReadAsync(answer);
        Assert.Equal("a photo", json.GetProperty("id").GetString());
        var outputs = json.GetProperty("outputs").EnumerateArray().ToDictionary(output => output.GetProperty("name").GetString()!);
        Assert.Equal(["mask", "labels"], outputs.Keys);
        Assert.Equal([1, height, width], Shape(outputs["labels"]));
        Assert.Equal(indices, binary["labels"]);
        Assert.Equal([1], Shape(outputs["mask"]));
        Assert.Equal(Element(mask), binary["mask"]);
    }

    [Fact]
    public async Task Infer_OutputsOfBothForms_FollowEachOutputsWish()
    {
        var photo = Service.Draw(30, 20);
        var request = PhotoRequest(photo, Output("labels", binary: true), Output("mask", binary: false));
        request["parameters"] = new JsonObject { ["binary_data_output"] = false };

        using var answer = await PostAsync(service, request, path: "/v2/models/fcn8s-camvid/versions/1/infer");

        var (json, binary) = await ReadAsync(answer);
        var mask = json.GetProperty("outputs")[1];
        var (width, height, indices, _) = PngFile.ReadIndexed(Convert.FromBase64String(Assert.Single(Data<string>(mask))));
        Assert.Equal((30, 20), (width, height));
        Assert.Equal(indices, Assert.Single(binary).Value);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Infer_OwnTensor_GivesWhatOnnxRuntimeDoes(bool binaryInput, bool binaryOutput)
    {
        var values = Values(2 * 3 * 64 * 96);
        var expected = RunDirectly(values, [2, 3, 64, 96]);
        var binary = binaryInput ? Bytes(values) : null;
        var data = binaryInput ? null : new JsonArray([.. values.Select(value => JsonValue.Create(value))]);
        var input = Tensor("image", "FP32", [2, 3, 64, 96], data, binary?.Length);

        using var answer = await PostAsync(service, Request(input, Output("logits", binaryOutput)), binary);

        var (json, sent) = await ReadAsync(answer);
        var logits = Assert.Single(json.GetProperty("outputs").EnumerateArray());
        Assert.Equal(("logits", "FP32"), (logits.GetProperty("name").GetString(), logits.GetProperty("datatype").GetString()));
        Assert.Equal([2, 11, 8, 12], Shape(logits));
        var actual = binaryOutput ? MemoryMarshal.Cast<byte, float>(sent["logits"]).ToArray() : Data<float>(logits);
        Assert.Equal(expected.Length, actual.Length);
        var largest = expected.Max(Math.Abs);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second, pair.First - (1e-4 * largest), pair.First + (1e-4 * largest)));
    }

    [Fact]
    public async Task Infer_OwnTensorNested_IsTheFlatOne()
    {
        var values = Values(3 * 32 * 32);
        var nested = new JsonArray(new JsonArray([.. values.Chunk(32 * 32).Select(plane =>
            new JsonArray([.. plane.Chunk(32).Select(row => new JsonArray([.. row.Select(value => JsonValue.Create(value))]))]))]));
        var flat = new JsonArray([.. values.Select(value => JsonValue.Create(value))]);
        Assert.Equal(await InferAsync(flat), await InferAsync(nested));

        async Task<float[]> InferAsync(JsonArray data)
        {
            using var answer = await PostAsync(service, Request(Tensor("image", "FP32", [1, 3, 32, 32], data)));
            return Data<float>((await ReadAsync(answer)).Json.GetProperty("outputs")[0]);
        }
    }

    [Fact]
    public async Task Infer_NotANumber_IsTaken()
    {
        var values = Values(3 * 32 * 32);
        (values[0], values[1], values[2]) = (float.NaN, float.PositiveInfinity, float.NegativeInfinity);
        var input = Tensor("image", "FP32", [1, 3, 32, 32], binaryLength: 4 * values.Length);
        using var answer = await PostAsync(service, Request(input, Output("logits", binary: true)), Bytes(values));
        Assert.Equal(4 * 11 * 4 * 4, (await ReadAsync(answer)).Binary["logits"].Length);
    }

    [Theory]
    [InlineData("picture", "BYTES", "no input 'picture'; expected 'photo', an encoded photo, or 'image'")]
    [InlineData("image", "BYTES", "'photo'")]
    [InlineData("image", "FP64", "FP32")]
    [InlineData("photo", "UINT8", "BYTES [1]")]
    public async Task Infer_UnknownInputOrDatatype_SaysWhatIsExpected(string name, string datatype, string expected)
    {
        using var answer = await PostAsync(service, Request(Tensor(name, datatype, [1], new JsonArray("AAAA"))));
        Assert.Contains(expected, await ReadErrorAsync(answer, 400), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("logits", "no output 'logits' of the input 'photo'; there is 'labels', 'mask'")]
    [InlineData("", "no output ''")]
    public async Task Infer_UnknownOutput_SaysWhichThereAre(string name, string expected)
    {
        using var answer = await PostAsync(service, PhotoRequest(Service.Draw(8, 8), Output(name)));
        Assert.Contains(expected, await ReadErrorAsync(answer, 400), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Infer_OutputAskedForTwice_IsRefused()
    {
        using var answer = await PostAsync(service, PhotoRequest(Service.Draw(8, 8), Output("labels"), Output("labels", binary: true)));
        Assert.Contains("'labels' is asked for more than once", await ReadErrorAsync(answer, 400), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Infer_PhotosThatAreNotTaken_HaveTheStatusesOfSegment()
    {
        using var text = await PostAsync(service, PhotoRequest("hello"u8.ToArray()));
        Assert.Contains("AVIF", await ReadErrorAsync(text, 415), StringComparison.Ordinal);
        using var truncated = await PostAsync(service, PhotoRequest(Service.Draw(64, 64)[..200]));
        Assert.Contains("Png", await ReadErrorAsync(truncated, 400), StringComparison.Ordinal);
        using var bomb = await PostAsync(service, PhotoRequest(PngFile.WriteWithoutPixels(12_000, 12_000)));
        Assert.Contains("144000000", await ReadErrorAsync(bomb, 413), StringComparison.Ordinal);
        using var empty = await PostAsync(service, PhotoRequest([]));
        await ReadErrorAsync(empty, 415);
    }

    [Fact]
    public async Task Infer_InParallel_GivesEachItsOwn()
    {
        var photos = Enumerable.Range(1, 8).Select(i => Service.Draw(40 + (8 * i), 30)).ToList();
        await Parallel.ForAsync(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = Cancellation }, async (i, _) =>
        {
            using var answer = await PostAsync(service, PhotoRequest(photos[i % 8], Output("labels", binary: true)));
            Assert.Equal([1, 30, 48 + (8 * (i % 8))], Shape((await ReadAsync(answer)).Json.GetProperty("outputs")[0]));
        });
    }

    [Fact]
    public async Task Infer_MoreThanTheQueueHolds_IsAnsweredOrRefusedWithRetryAfter()
    {
        await using var small = new WithSettings(("Admission:MaxQueuedMegapixels", "0.2"));
        await small.InitializeAsync();
        var values = Bytes(Values(3 * 256 * 320));
        var input = Tensor("image", "FP32", [1, 3, 256, 320], binaryLength: values.Length);
        var request = Request(input, Output("logits", binary: true));
        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => PostAsync(small, request, values)));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        var refused = answers.Where(answer => answer.StatusCode != HttpStatusCode.OK).ToList();
        Assert.NotEmpty(refused);
        foreach (var answer in refused)
        {
            Assert.Contains("bound", await ReadErrorAsync(answer, 429), StringComparison.Ordinal);
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        }
    }

    [Fact]
    public async Task Infer_PhotoOverTheByteLimit_IsRefusedWithBothNumbers()
    {
        await using var small = new WithSettings(("Segmentation:MaxImageBytes", "2000"));
        await small.InitializeAsync();
        var photo = Service.Noise(40, 40);
        using var answer = await PostAsync(small, PhotoRequest(photo));
        var error = await ReadErrorAsync(answer, 413);
        Assert.Contains($"{photo.Length} bytes; at most 2000", error, StringComparison.Ordinal);
    }

    private static float[] RunDirectly(float[] values, long[] shape)
    {
        using var session = new InferenceSession(Model);
        using var input = OrtValue.CreateTensorValueFromMemory(values, shape);
        using var outputs = session.Run(new RunOptions(), ["image"], [input], ["logits"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static float[] Values(int count)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 255) - 110)];
    }

    private sealed class WithSettings(params (string Key, string Value)[] settings) : Service
    {
        protected override Dictionary<string, string> Settings => settings.ToDictionary(setting => setting.Key, setting => setting.Value);
    }
}
