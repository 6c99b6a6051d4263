using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using FcnService.Fuzz;

namespace FcnService.Export.Tests.Weights.PyTorch;

public sealed class PyTorchZipTests : WeightFiles
{
    private const string Format = "PyTorch (zip)";

    private static readonly byte[] OneTensor = Pickle.Dump(Pickle.Dictionary(("a", Pickle.Tensor("Float", "0", 6, [2, 3]))));

    [Fact]
    public void Open_SharedStorage_GivesEveryView() => Assert.Equal(
        ["a F32 [2, 3] 1 2 3 4 5 6", "row F32 [3] 4 5 6", "column F32 [2] 2 5", "turned F32 [3, 2] 1 4 2 5 3 6", "wide F32 [2, 2] 1 1 2 2"],
        Read(Samples.Zip(
            Pickle.Dump(Pickle.Dictionary(
                ("a", Pickle.Tensor("Float", "0", 6, [2, 3])),
                ("row", Pickle.Tensor("Float", "0", 6, [3], offset: 3)),
                ("column", Pickle.Tensor("Float", "0", 6, [2], strides: [3], offset: 1)),
                ("turned", Pickle.Tensor("Float", "0", 6, [3, 2], strides: [1, 3])),
                ("wide", Pickle.Tensor("Float", "0", 6, [2, 2], strides: [1, 0])))),
            ("data/0", Pickle.Bytes(Samples.Weight)))));

    [Fact]
    public void Open_CompressedEntries_AreRefused() => AssertRefused(
        Format, "is compressed or encrypted (method 8",
        Samples.ZipArchive([("a/data.pkl", OneTensor), ("a/data/0", new byte[100_000])], CompressionLevel.SmallestSize));

    [Fact]
    public void Open_StorageShorterThanThePickleSays_IsRefused() => AssertRefused(
        Format, "tensor \"a\" is of 6 values from 0 on of storage \"0\"; expected a range within its 2",
        Samples.Zip(OneTensor, ("data/0", new byte[8])));

    [Fact]
    public void Open_MissingStorage_IsNamed() =>
        AssertRefused(Format, "it has no entry \"archive/data/0\"", Samples.Zip(OneTensor));

    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../evil")]
    [InlineData("a\\evil")]
    [InlineData("C:/evil")]
    public void Open_PathOutsideTheArchive_IsRefused(string name)
    {
        var message = Refusal(Samples.ZipArchive([("a/data.pkl", OneTensor), ("a/data/0", new byte[24]), (name, [1])]));

        Assert.Contains($"its entry \"{name}\" lies outside of the archive", message);
    }

    [Fact]
    public void Open_StorageKeyOutsideTheArchive_IsMissing() => AssertRefused(
        Format, "it has no entry \"archive/data/../../../etc/passwd\"",
        Samples.Zip(Pickle.Dump(Pickle.Dictionary(("a", Pickle.Tensor("Float", "../../../etc/passwd", 1, [1]))))));

    [Fact]
    public void Open_NoPickle_IsRefused() =>
        AssertRefused(Format, "it has 0 entries named data.pkl", Samples.ZipArchive([("a/b.txt", [1])]));

    [Fact]
    public void Open_BigEndian_IsRefused() => AssertRefused(
        Format, "its byte order is \"big\"; expected \"little\"",
        Samples.Zip(OneTensor, ("data/0", new byte[24]), ("byteorder", Encoding.ASCII.GetBytes("big"))));

    [Theory]
    // The directory's entry: compressed length, length, offset of the local header; then the local header's length.
    [InlineData(20, "says that it has 24 bytes, stored in 2147483647")]
    [InlineData(24, "says that it has 2147483647 bytes, stored in 24")]
    [InlineData(42, "begins at byte 2147483647")]
    public void Open_EntryThatLies_IsRefused(int field, string fault)
    {
        var bytes = Samples.Zip(OneTensor, ("data/0", new byte[24]));
        var entry = bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(entry + field), int.MaxValue);

        AssertRefused(Format, $"its entry \"archive/data/0\" {fault}", bytes);
    }

    [Fact]
    public void Open_EntryThatLiesInBothLengths_IsRefused()
    {
        var bytes = Samples.Zip(OneTensor, ("data/0", new byte[24]));
        var entry = bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(entry + 20), int.MaxValue);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(entry + 24), int.MaxValue);

        AssertRefused(Format, "its entry \"archive/data/0\" says that it has 2147483647 bytes; expected 24", bytes);
    }

    [Fact]
    public void Open_LocalHeaderOfAnotherName_IsRefused()
    {
        var bytes = Samples.Zip(OneTensor, ("data/0", new byte[24]));
        var local = bytes.AsSpan().IndexOf("archive/data/0"u8);
        bytes[local] = (byte)'A';

        AssertRefused(Format, "its entry \"archive/data/0\" is not what lies at byte", bytes);
    }

    [Fact]
    public void Open_MoreEntriesThanBytes_IsRefused()
    {
        var bytes = Samples.Zip(OneTensor, ("data/0", new byte[24]));
        var end = bytes.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(end + 10), 65000);

        AssertRefused(Format, "it says that it has 65000 entries; expected at most", bytes);
    }
}
