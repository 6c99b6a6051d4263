using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using FcnService.Api.OpenInference;
using Microsoft.AspNetCore.Http;

namespace FcnService.Api.Tests.OpenInference;

public sealed class InferenceAnswerWriterTests
{
    [Fact]
    public async Task Write_EveryDatatypeInJson_IsReadAsItWas()
    {
        byte[] bytes = [0, 1, 255];
        int[] integers = [int.MinValue, 0, int.MaxValue];
        long[] longs = [long.MinValue, -1, long.MaxValue];
        // Longer than what is written at once.
        float[] floats = [.. Enumerable.Range(0, 50_000).Select(i => MathF.Sin(i) * MathF.Pow(10, (i % 70) - 35)), float.MaxValue, float.Epsilon];

        TensorPart part = () => MemoryMarshal.AsBytes<float>(floats);
        var (body, response) = await WriteAsync(
            new OutputTensor("bytes", Datatype.UInt8, [3], [() => bytes], IsBinary: false),
            new OutputTensor("integers", Datatype.Int32, [3], [() => MemoryMarshal.AsBytes<int>(integers)], IsBinary: false),
            new OutputTensor("longs", Datatype.Int64, [3], [() => MemoryMarshal.AsBytes<long>(longs)], IsBinary: false),
            new OutputTensor("floats", Datatype.Fp32, [2, 50_002], [part, part], IsBinary: false),
            new OutputTensor("text", Datatype.Bytes, [1], [() => "\u0002\0\0\0ok"u8], IsBinary: false));

        Assert.Equal("application/json", response.ContentType);
        var outputs = JsonDocument.Parse(body).RootElement.GetProperty("outputs");
        Assert.Equal(5, outputs.GetArrayLength());
        Assert.Equal([0, 1, 255], ProtocolClient.Data<int>(outputs[0]));
        Assert.Equal(integers, ProtocolClient.Data<int>(outputs[1]));
        Assert.Equal(longs, ProtocolClient.Data<long>(outputs[2]));
        Assert.Equal([.. floats, .. floats], ProtocolClient.Data<float>(outputs[3]));
        Assert.Equal("ok", Encoding.UTF8.GetString(Convert.FromBase64String(ProtocolClient.Data<string>(outputs[4])[0])));
    }

    [Fact]
    public async Task Write_BinaryData_FollowTheJsonInOrder()
    {
        var large = new byte[200_000];
        new Random(5).NextBytes(large);
        var (body, response) = await WriteAsync(
            new OutputTensor("a", Datatype.UInt8, [200_000], [() => large], IsBinary: true),
            new OutputTensor("b", Datatype.UInt8, [1], [() => [9]], IsBinary: false),
            new OutputTensor("c", Datatype.UInt8, [2, 2], [() => [1, 2], () => [3, 4]], IsBinary: true));

        Assert.Equal("application/octet-stream", response.ContentType);
        Assert.Equal(body.Length, response.ContentLength);
        var jsonLength = int.Parse(response.Headers[ProtocolClient.JsonLengthHeader]!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal([.. large, 1, 2, 3, 4], body[jsonLength..]);
        var outputs = JsonDocument.Parse(body.AsMemory(0, jsonLength)).RootElement.GetProperty("outputs");
        Assert.Equal(200_000, outputs[0].GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        Assert.Equal([9], ProtocolClient.Data<int>(outputs[1]));
        Assert.False(outputs[2].TryGetProperty("data", out _));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void CanBeSent_NumberThatJsonHasNot_OnlyAsBinaryData(float value)
    {
        float[] values = [1, value];
        var tensor = new OutputTensor("x", Datatype.Fp32, [2], [() => MemoryMarshal.AsBytes<float>(values)], IsBinary: false);
        Assert.False(tensor.CanBeSent);
        Assert.True((tensor with { IsBinary = true }).CanBeSent);
        values[1] = float.MaxValue;
        Assert.True(tensor.CanBeSent);
    }

    private static async Task<(byte[] Body, HttpResponse Response)> WriteAsync(params OutputTensor[] outputs)
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        using var answer = new InferenceAnswer("model", Id: null, outputs, Owned: []);
        await InferenceAnswerWriter.WriteAsync(answer, context.Response, TestContext.Current.CancellationToken);
        return (body.ToArray(), context.Response);
    }
}
