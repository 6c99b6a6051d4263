using System.Text;
using FcnService.Api.OpenInference;

namespace FcnService.Api.Tests.OpenInference;

public sealed class EncodedPhotoTests
{
    [Theory]
    [InlineData("""["/+8="]""")]
    [InlineData("""[ "\/+8=" ]""")]
    [InlineData("""["\u002f+8="]""")]
    public void Read_Base64_IsDecoded(string data)
    {
        using var photo = EncodedPhoto.Read(Json(data));
        Assert.Equal([0xff, 0xef], photo.Bytes.ToArray());
    }

    [Fact]
    public void Read_BinaryData_AreThoseAfterTheLength()
    {
        using var photo = EncodedPhoto.Read(Binary(ProtocolClient.Element([7, 8, 9])));
        Assert.Equal([7, 8, 9], photo.Bytes.ToArray());
    }

    [Theory]
    [InlineData("[]", "not one string")]
    [InlineData("[1]", "not one string")]
    [InlineData("""["AAAA", "AAAA"]""", "not one string")]
    [InlineData("""[["AAAA"]]""", "not one string")]
    [InlineData("""["AAA"]""", "no Base64")]
    [InlineData("""["AA=A"]""", "no Base64")]
    [InlineData("""["_-8="]""", "no Base64")]
    [InlineData("""["\ud800"]""", "no Base64")]
    [InlineData("""["data:image/png;base64,AAAA"]""", "no Base64")]
    public void Read_OtherJson_SaysWhatIsExpected(string data, string words) =>
        Assert.Contains(words, Refuse(Json(data)), StringComparison.Ordinal);

    [Theory]
    [InlineData()]
    [InlineData(1, 0, 0)]
    [InlineData(2, 0, 0, 0, 1)]
    [InlineData(1, 0, 0, 0, 1, 2)]
    [InlineData(1, 0, 0, 0, 1, 1, 0, 0, 0, 2)]
    [InlineData(255, 255, 255, 255, 1)]
    public void Read_BinaryDataOfAnotherLength_AreRefused(params int[] data)
    {
        var refusal = Refuse(Binary([.. data.Select(value => (byte)value)]));
        Assert.Contains($"The {data.Length} bytes of binary data of the input 'photo' BYTES [1] are not one element", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BYTES", 2)]
    [InlineData("BYTES", 0)]
    [InlineData("BYTES", 1, 1)]
    [InlineData("UINT8", 1)]
    public void Read_OtherShapeOrDatatype_IsRefused(string datatype, params int[] shape)
    {
        var input = new RequestInput("photo", datatype, [.. shape.Select(side => (long)side)], "[\"AAAA\"]"u8.ToArray(), IsBinary: false);
        Assert.Contains("expected one encoded photo, BYTES [1]", Refuse(input), StringComparison.Ordinal);
    }

    private static string Refuse(RequestInput input) => Assert.Throws<InvalidInferenceRequestException>(() => EncodedPhoto.Read(input)).Message;

    private static RequestInput Json(string data) => new("photo", "BYTES", [1], Encoding.UTF8.GetBytes(data), IsBinary: false);

    private static RequestInput Binary(byte[] data) => new("photo", "BYTES", [1], data, IsBinary: true);
}
