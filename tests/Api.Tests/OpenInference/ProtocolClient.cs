using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FcnService.Api.Tests.OpenInference;

/// <summary>A client of the Open Inference Protocol as its specification and the binary tensor data extension describe it.</summary>
internal static class ProtocolClient
{
    public const string JsonLengthHeader = "Inference-Header-Content-Length";
    public const string Infer = "/v2/models/fcn8s-camvid/infer";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A request for a photo as Base64.</summary>
    public static JsonObject PhotoRequest(byte[] photo, params JsonObject[] outputs) =>
        Request(Tensor("photo", "BYTES", [1], data: new JsonArray(Convert.ToBase64String(photo))), outputs);

    /// <summary>A request with one input.</summary>
    public static JsonObject Request(JsonObject input, params JsonObject[] outputs)
    {
        var request = new JsonObject { ["inputs"] = new JsonArray(input) };
        if (outputs.Length > 0)
        {
            request["outputs"] = new JsonArray([.. outputs]);
        }

        return request;
    }

    public static JsonObject Tensor(string name, string datatype, long[] shape, JsonArray? data = null, long? binaryLength = null)
    {
        var sides = new JsonArray([.. shape.Select(side => JsonValue.Create(side))]);
        var tensor = new JsonObject { ["name"] = name, ["shape"] = sides, ["datatype"] = datatype };
        if (data is not null)
        {
            tensor["data"] = data;
        }

        if (binaryLength is not null)
        {
            tensor["parameters"] = new JsonObject { ["binary_data_size"] = binaryLength };
        }

        return tensor;
    }

    public static JsonObject Output(string name) => new() { ["name"] = name };

    public static JsonObject Output(string name, bool binary) => new() { ["name"] = name, ["parameters"] = new JsonObject { ["binary_data"] = binary } };

    /// <summary>The binary data of a BYTES tensor with one element.</summary>
    public static byte[] Element(byte[] bytes)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)bytes.Length);
        return [.. length, .. bytes];
    }

    public static byte[] Bytes(float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();

    /// <summary>Posts a request, with binary data if there are any.</summary>
    public static Task<HttpResponseMessage> PostAsync(Service service, JsonObject request, byte[]? binary = null, string path = Infer) =>
        PostAsync(service, Encoding.UTF8.GetBytes(request.ToJsonString()), binary, path);

    public static Task<HttpResponseMessage> PostAsync(Service service, byte[] json, byte[]? binary = null, string path = Infer)
    {
        var content = new ByteArrayContent([.. json, .. binary ?? []]);
        if (binary is not null)
        {
            content.Headers.Add(JsonLengthHeader, $"{json.Length}");
        }

        return service.Client.PostAsync(path, content, Cancellation);
    }

    /// <summary>Reads an answer that must be good.</summary>
    /// <returns>The JSON, and the binary data of each output that has any.</returns>
    public static async Task<(JsonElement Json, Dictionary<string, byte[]> Binary)> ReadAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsByteArrayAsync(Cancellation);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode}: {Encoding.UTF8.GetString(body)}");
        var hasBinary = response.Headers.TryGetValues(JsonLengthHeader, out var lengths);
        Assert.Equal(hasBinary ? "application/octet-stream" : "application/json", response.Content.Headers.ContentType?.MediaType);
        var at = hasBinary ? int.Parse(Assert.Single(lengths!), System.Globalization.CultureInfo.InvariantCulture) : body.Length;
        var json = JsonDocument.Parse(body.AsMemory(0, at)).RootElement;
        var binary = new Dictionary<string, byte[]>();
        foreach (var output in json.GetProperty("outputs").EnumerateArray())
        {
            if (output.TryGetProperty("parameters", out var parameters))
            {
                var length = parameters.GetProperty("binary_data_size").GetInt32();
                binary.Add(output.GetProperty("name").GetString()!, body[at..(at + length)]);
                at += length;
            }
        }

        Assert.Equal(body.Length, at);
        return (json, binary);
    }

    /// <summary>Reads an answer that must be an error in the protocol's form.</summary>
    public static async Task<string> ReadErrorAsync(HttpResponseMessage response, int status)
    {
        var body = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(status == (int)response.StatusCode, $"{response.StatusCode}: {body}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var error = Assert.Single(JsonDocument.Parse(body).RootElement.EnumerateObject());
        Assert.Equal("error", error.Name);
        Assert.DoesNotContain("   at ", body, StringComparison.Ordinal);
        return error.Value.GetString()!;
    }

    public static T[] Data<T>(JsonElement output) => output.GetProperty("data").Deserialize<T[]>()!;

    public static long[] Shape(JsonElement output) => output.GetProperty("shape").Deserialize<long[]>()!;
}
