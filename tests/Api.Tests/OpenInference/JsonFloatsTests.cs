using System.Text;
using System.Text.Json;
using FcnService.Api.OpenInference;

namespace FcnService.Api.Tests.OpenInference;

public sealed class JsonFloatsTests
{
    [Theory]
    [InlineData("[1, 2, 3, 4, 5, 6]")]
    [InlineData("[[1, 2, 3], [4, 5, 6]]")]
    [InlineData(" [ 1.0,2e0 ,30E-1,4,5,6.000 ] ")]
    public void Read_FlatOrNestedAsTheShape_GivesTheNumbers(string data) => Assert.Equal([1, 2, 3, 4, 5, 6], Read(data, 2, 3));

    [Fact]
    public void Read_RandomNumbers_GivesWhatJsonSerializerDoes()
    {
        var random = new Random(3);
        var bits = Enumerable.Range(0, 10_000).Select(_ => random.Next(int.MinValue, int.MaxValue));
        var values = bits.Select(BitConverter.Int32BitsToSingle).Where(float.IsFinite).ToArray();
        Assert.Equal(values, Read(JsonSerializer.Serialize(values), values.Length));
    }

    [Fact]
    public void Read_NumbersBetweenFloats_AreRoundedToTheNearest()
    {
        Assert.Equal([0.1f, 16777216f, 1e-45f, -0f], Read("[0.1000000000000000055, 16777217, 1e-45, -0.0]", 4));
        Assert.True(float.IsNegative(Read("[-0]", 1)[0]));
    }

    [Theory]
    [InlineData("[]", "end after 0")]
    [InlineData("[1, 2, 3, 4, 5]", "end after 5")]
    [InlineData("[1, 2, 3, 4, 5, 6, 7]", "go on after its 6")]
    [InlineData("[1, 2, 3, 4, 5, 6, []]", "go on after its 6")]
    [InlineData("[[1, 2, 3], [4, 5, 6], [7]]", "go on after its 6")]
    [InlineData("[[1, 2], [3, 4], [5, 6]]", "nested otherwise than its shape, seen after 2")]
    [InlineData("[[1, 2, 3, 4, 5, 6]]", "nested otherwise")]
    [InlineData("[[1, 2, 3], 4, 5, 6]", "nested otherwise")]
    [InlineData("[[[1, 2, 3]], [4, 5, 6]]", "no number")]
    [InlineData("[1, 2, 3, [4, 5, 6]]", "after 3 elements, something that is no number")]
    [InlineData("[1, \"2\", 3, 4, 5, 6]", "after 1 elements, something that is no number")]
    [InlineData("[1, null, 3, 4, 5, 6]", "no number")]
    [InlineData("[1, 2, 3, 4, 5, {}]", "after 5 elements, something that is no number")]
    [InlineData("[1, 2, 1e39, 4, 5, 6]", "after 2 elements, a number beyond FP32")]
    [InlineData("[1, 2, -1e999, 4, 5, 6]", "a number beyond FP32")]
    public void Read_AnythingElse_SaysWhere(string data, string words)
    {
        var refusal = Assert.Throws<InvalidInferenceRequestException>(() => Read(data, 2, 3));
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'image' FP32 [2, 3]", refusal.Message, StringComparison.Ordinal);
    }

    private static float[] Read(string data, params long[] shape)
    {
        var values = new float[shape.Aggregate((product, side) => product * side)];
        var numbers = new JsonFloats(new RequestInput("image", "FP32", shape, Encoding.UTF8.GetBytes(data), IsBinary: false));
        // In two goes, as for a batch of images.
        numbers.Read(values.AsSpan(0, values.Length / 2));
        numbers.Read(values.AsSpan(values.Length / 2));
        numbers.ReadEnd();
        return values;
    }
}
