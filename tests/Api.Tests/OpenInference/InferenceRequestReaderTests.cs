using System.Text;
using FcnService.Api.Errors;
using FcnService.Api.OpenInference;

namespace FcnService.Api.Tests.OpenInference;

public sealed class InferenceRequestReaderTests
{
    private const string Image = """{ "name": "image", "datatype": "FP32", "shape": [1, 2], "data": [3, 4] }""";

    [Fact]
    public void Read_PropertiesInAnyOrder_TellsAllOfThem()
    {
        var request = Read("""
            { "outputs": [{ "parameters": { "binary_data": true }, "name": "a" }, { "name": "b" }], "later": [{}], "model_name": "other",
              "parameters": { "binary_data_output": true, "timeout": 5 },
              "inputs": [{ "data": [[3], [4]], "extra": null, "shape": [2, 1], "datatype": "FP32", "name": "image" }], "id": "é" }
            """);

        Assert.Equal("é", request.Id);
        Assert.True(request.WantsBinary);
        Assert.Equal([new RequestOutput("a", true), new RequestOutput("b", null)], request.Outputs);
        Assert.Equal("'image' FP32 [2, 1]", $"{request.Input}");
        Assert.Equal("[[3], [4]]", Encoding.UTF8.GetString(request.Input.Data.Span));
        Assert.False(request.Input.IsBinary);
    }

    [Fact]
    public void Read_BinaryData_AreThoseAfterTheJson()
    {
        var request = Read(
            """{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1], "parameters": { "binary_data_size": 4 } }] }""", [1, 2, 3, 4]);
        Assert.Equal([1, 2, 3, 4], request.Input.Data.ToArray());
        Assert.True(request.Input.IsBinary);
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("null", "an object")]
    [InlineData("[]", "The request is an array; expected an object")]
    [InlineData("{", "JSON")]
    [InlineData("{}", "no \"inputs\"")]
    [InlineData("""{ "inputs": {} }""", "expected an array")]
    [InlineData("""{ "inputs": [] }""", "no input")]
    [InlineData("""{ "inputs": [7] }""", "The input is a number; expected an object")]
    [InlineData($$"""{ "inputs": [{{Image}}, {{Image}}] }""", "more than one input")]
    [InlineData($$"""{ "inputs": [{{Image}}] } x""", "JSON")]
    [InlineData($$"""{ "inputs": [{{Image}}], }""", "JSON")]
    [InlineData($$"""{ "id": 7, "inputs": [{{Image}}] }""", "\"id\" is a number; expected a string")]
    [InlineData($$"""{ "id": "\ud800", "inputs": [{{Image}}] }""", "JSON")]
    [InlineData($$"""{ "outputs": "labels", "inputs": [{{Image}}] }""", "expected an array")]
    [InlineData($$"""{ "outputs": [{ }], "inputs": [{{Image}}] }""", "lacks its \"name\"")]
    [InlineData($$"""{ "outputs": [{ "name": "a", "parameters": { "binary_data": 1 } }], "inputs": [{{Image}}] }""", "expected true or false")]
    [InlineData($$"""{ "outputs": [{ "name": "a", "parameters": { "classification": 3 } }], "inputs": [{{Image}}] }""", "classification")]
    [InlineData("""{ "inputs": [{ "datatype": "FP32", "shape": [1], "data": [3] }] }""", "lacks its \"name\"")]
    [InlineData("""{ "inputs": [{ "name": "x", "shape": [1], "data": [3] }] }""", "lacks its \"datatype\"")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "data": [3] }] }""", "lacks its \"shape\"")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1] }] }""", "no data")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1], "data": 3 }] }""", "expected an array")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [-1], "data": [3] }] }""", "no whole number from 0")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1.5], "data": [3] }] }""", "no whole number from 0")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [9223372036854775808], "data": [3] }] }""", "no whole number from 0")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": ["1"], "data": [3] }] }""", "a string; expected a number")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1,1,1,1,1,1,1,1,1], "data": [3] }] }""", "more than 8 dimensions")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1], "data": [NaN] }] }""", "JSON")]
    [InlineData(
        """{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1], "parameters": { "binary_data_size": 4 } }] }""",
        "4 bytes of binary data, but 0")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1], "parameters": { "binary_data_size": -1 } }] }""", "bytes from 0")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1], "parameters": { "binary_data_size": 1e30 } }] }""", "bytes from 0")]
    [InlineData(
        """{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1], "parameters": { "binary_data_size": "4" } }] }""", "expected a number")]
    [InlineData(
        """{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1], "data": [3], "parameters": { "binary_data_size": 4 } }] }""", "both")]
    [InlineData(
        """{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1], "parameters": { "shared_memory_region": "r" } }] }""",
        "shared_memory_region")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1], "parameters": [] }] }""", "expected an object")]
    public void Read_WhatIsNoRequest_SaysWhatIsWrong(string json, string word) => AssertRefused(json, [], word);

    [Fact]
    public void Read_BinaryDataThatNobodyAnnounces_AreRefused() =>
        AssertRefused($$"""{ "inputs": [{{Image}}] }""", [1, 2], "announces 0 bytes of binary data, but 2");

    [Fact]
    public void Read_EndlessNesting_IsRefused()
    {
        AssertRefused(new string('[', 1_000_000), [], "an array; expected an object");
        AssertRefused("""{ "x": """ + new string('[', 1_000_000), [], "JSON");
        AssertRefused("""{ "inputs": [{ "data": """ + new string('[', 1_000_000), [], "JSON");
        AssertRefused("""{ "inputs": [{ "parameters": { "x": """ + string.Concat(Enumerable.Repeat("""{"x":""", 1_000)), [], "JSON");
    }

    [Fact]
    public void Read_EndlessTexts_AreRefused()
    {
        AssertRefused($$"""{ "id": "{{new string('x', 1_001)}}", "inputs": [{{Image}}] }""", [], "1001 bytes; at most 1000");
        AssertRefused($$"""{ "inputs": [{ "name": "{{new string('x', 5_000)}}" }] }""", [], "5000 bytes; at most 1000");
        var outputs = string.Join(',', Enumerable.Repeat("""{ "name": "a" }""", 17));
        AssertRefused($$"""{ "outputs": [{{outputs}}], "inputs": [{{Image}}] }""", [], "more than 16 outputs");
    }

    [Fact]
    public void Read_InvalidUtf8_IsRefused()
    {
        var json = Encoding.Latin1.GetBytes($$"""{ "id": "é", "inputs": [{{Image}}] }""");
        Assert.Throws<InvalidInferenceRequestException>(() => InferenceRequestReader.Read(json, default));
    }

    [Fact]
    public void Read_MutatedRequests_AreReadOrRefused()
    {
        var random = new Random(11);
        var original = Encoding.UTF8.GetBytes(
            """{"id":"1","parameters":{"binary_data_output":true},"inputs":[{"name":"image","datatype":"FP32","shape":[1,3,2,2],"""
            + """ "data":[[[[1,2],[3,4]],[[5,6],[7,8]],[[9,1e3],[-2,0.5]]]]}]}""");
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var json = original.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                json[random.Next(json.Length)] = original[random.Next(original.Length)];
            }

            try
            {
                var length = random.Next(4) == 0 ? random.Next(json.Length) : json.Length;
                var input = InferenceRequestReader.Read(json.AsMemory(0, length), default).Input;
                var numbers = new JsonFloats(input);
                numbers.Read(new float[12]);
                numbers.ReadEnd();
            }
            catch (InvalidInferenceRequestException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1_000, 19_999);
    }

    private static InferenceRequest Read(string json, byte[]? binary = null) =>
        InferenceRequestReader.Read(Encoding.UTF8.GetBytes(json), binary ?? []);

    private static void AssertRefused(string json, byte[] binary, string word)
    {
        var refusal = Assert.Throws<InvalidInferenceRequestException>(() => Read(json, binary));
        Assert.Equal(ProblemKind.InvalidInferenceRequest, refusal.Kind);
        Assert.Contains(word, refusal.Message, StringComparison.Ordinal);
        Assert.InRange(refusal.Message.Length, 10, 1_500);
    }
}
