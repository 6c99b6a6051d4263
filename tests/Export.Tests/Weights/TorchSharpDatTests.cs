using System.Text;
using FcnService.Fuzz;

namespace FcnService.Export.Tests.Weights;

public sealed class TorchSharpDatTests : WeightFiles
{
    [Fact]
    public void Open_NoTensors_GivesNone() => Assert.Empty(Read([0]));

    [Fact]
    public void Open_ManyTensors_AreReadToTheEnd()
    {
        // 256 of them: the number takes two bytes, and begins like a pickle.
        byte[] tensors = [.. Enumerable.Range(0, 256).SelectMany(i => (byte[])[4, .. Encoding.ASCII.GetBytes($"a{i:000}"), 0, 1, 1, (byte)i])];

        var read = Read([0x80, 0x02, .. tensors]);

        Assert.Equal(256, read.Count);
        Assert.Equal("a255 U8 [1] 255", read[^1]);
    }

    [Fact]
    public void Open_UnknownElementType_IsRefused() =>
        AssertRefused("TorchSharp", "tensor \"a\" has element type 9; expected one of 0, 1, 2", [1, 1, (byte)'a', 9, 0]);

    [Fact]
    public void Open_HugeNumber_IsRefused() => AssertRefused(
        "TorchSharp", "the number at byte 4 has more than 10 bytes", [1, 1, (byte)'a', 6, .. Enumerable.Repeat((byte)0xFF, 12)]);

    [Fact]
    public void Open_NumberOver64Bits_IsRefused() => AssertRefused(
        "TorchSharp", "the number at byte 4 overflows 64 bits", [1, 1, (byte)'a', 6, .. Enumerable.Repeat((byte)0xFF, 9), 2]);

    [Fact]
    public void Open_TooManyAxes_AreRefused() =>
        AssertRefused("TorchSharp", "tensor \"a\" has 65 axes; expected at most 64", [1, 1, (byte)'a', 6, 65]);

    [Fact]
    public void Open_OverflowingShape_IsRefused() => AssertRefused(
        "TorchSharp", "tensor \"a\" has shape [2147483647, 2147483647, 2147483647]; expected one that fits into memory",
        [1, 1, (byte)'a', 6, 3, .. Enumerable.Repeat(Protobuf.Varint(int.MaxValue), 3).SelectMany(bytes => bytes)]);

    [Fact]
    public void Open_MoreValuesThanBytes_SaysBoth() => AssertRefused(
        "TorchSharp", "tensor \"a\" of shape [3] has 8 bytes before the file's end; expected 12", [1, 1, (byte)'a', 6, 1, 3, .. new byte[8]]);

    [Fact]
    public void Open_BytesAfterTheLastTensor_AreRefused() =>
        AssertRefused("TorchSharp", "its 2 tensors end at byte", [.. Samples.TorchSharp(), 0]);
}
