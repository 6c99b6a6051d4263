using FcnService.Fuzz;

namespace FcnService.Export.Tests.Weights;

public sealed class CaffeModelTests : WeightFiles
{
    [Fact]
    public void Open_V1Layers_KeepsTheLegacyShapes() =>
        Assert.Equal(["a.weight F32 [1, 1, 2, 3] 1 2 3 4 5 6", "a.bias F32 [1, 1, 1, 2] 0.5 -0.5"], Read(Samples.CaffeV1()));

    [Fact]
    public void Open_Doubles_KeepTheirType() =>
        Assert.Equal(["a.weight F64 [2, 3] 1 2 3 4 5 6", "a.bias F64 [2] 0.5 -0.5"], Read(Samples.CaffeDoubles()));

    [Fact]
    public void Open_RawHalves_KeepTheirType() =>
        Assert.Equal(["a.weight F16 [2, 3] 1 2 3 4 5 6", "a.bias F32 [2] 0.5 -0.5"], Read(Samples.CaffeRaw()));

    [Fact]
    public void Open_ThirdBlob_IsNamedByItsNumber() => Assert.Equal(
        ["a.weight F32 [1] 1", "a.bias F32 [1] 2", "a.2 F32 [1] 3", "a.3 F32 [1] 4"],
        Read(Layer(Protobuf.Text(1, "a"), Blob([1], 1), Blob([1], 2), Blob([1], 3), Blob([1], 4))));

    [Fact]
    public void Open_NameAfterBlobs_IsTheLayers() =>
        Assert.Equal(["a.weight F32 [1] 1"], Read([.. Protobuf.Text(1, "net"), .. Layer(Blob([1], 1), Protobuf.Text(1, "a"))]));

    [Fact]
    public void Open_ValuesInSeveralPieces_AreJoined() => Assert.Equal(
        ["a.weight F32 [7] 1 2 3 4 5 6 7"],
        Read(Layer(Protobuf.Text(1, "a"), Protobuf.Message(
            7,
            Shape(7),
            Protobuf.Message(5, Pickle.Bytes(1, 2)),
            Protobuf.Floats(5, 3, 4),
            Protobuf.Message(6, Pickle.Bytes(9)),
            Protobuf.Floats(5, 5),
            Protobuf.Message(5, Pickle.Bytes(6, 7))))));

    [Fact]
    public void Open_BlobWithoutShape_IsAScalar() =>
        Assert.Equal(["a.weight F32 [] 5"], Read(Layer(Protobuf.Text(1, "a"), Protobuf.Message(7, Protobuf.Floats(5, 5)))));

    [Fact]
    public void Open_FewerValuesThanTheShape_SaysBoth() => AssertRefused(
        "Caffe", "tensor \"a.weight\" of shape [2, 3] has 1 values in the file; expected 6", Layer(Protobuf.Text(1, "a"), Blob([2, 3], 1)));

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(1L << 31)]
    public void Open_ImpossibleDimension_IsRefused(long dimension) =>
        AssertRefused("Caffe", $"has shape [{dimension}]; expected one that fits", Layer(Protobuf.Text(1, "a"), Blob([dimension], 1)));

    [Fact]
    public void Open_OverflowingShape_IsRefused() => AssertRefused(
        "Caffe", "[2147483647, 2147483647, 2147483647]; expected one that fits into memory",
        Layer(Protobuf.Text(1, "a"), Blob([int.MaxValue, int.MaxValue, int.MaxValue], 1)));

    [Fact]
    public void Open_TooManyAxes_AreRefused() => AssertRefused(
        "Caffe", "has more than 32 numbers", Layer(Protobuf.Text(1, "a"), Blob([.. Enumerable.Repeat(1L, 33)], 1)));

    [Fact]
    public void Open_LayerTwice_IsRefused()
    {
        var layer = Layer(Protobuf.Text(1, "a"), Blob([1], 1));

        AssertRefused("Caffe", "it has tensor \"a.weight\" twice", [.. layer, .. layer]);
    }

    [Fact]
    public void Open_NamelessLayerWithBlobs_IsRefused() => AssertRefused("Caffe", "has blobs and no name", Layer(Blob([1], 1)));

    [Fact]
    public void Open_NoLayers_IsRefused() => AssertRefused("Caffe", "it has no layers", Protobuf.Text(1, "net"));

    [Fact]
    public void Open_LayersBeforeV1_AreRefused() => AssertRefused(
        "Caffe", "upgrade_net_proto_binary", [.. Protobuf.Text(1, "net"), .. Protobuf.Message(2, Protobuf.Message(1, Protobuf.Text(1, "a")))]);

    [Fact]
    public void Open_ValuesInTwoForms_AreRefused() => AssertRefused("Caffe", "values in more than one form", Layer(
        Protobuf.Text(1, "a"), Protobuf.Message(7, Shape(1), Protobuf.Floats(5, 1), Protobuf.Doubles(8, 1))));

    [Fact]
    public void Open_RawValuesOfNoType_AreRefused() => AssertRefused("Caffe", "has raw values of type none", Layer(
        Protobuf.Text(1, "a"), Protobuf.Message(7, Shape(1), Protobuf.Message(12, Pickle.Bytes(1f)))));

    [Fact]
    public void Open_LayerLongerThanTheFile_IsRefused() =>
        AssertRefused("Caffe", "the length at byte 7 is 4611686018427387904; expected at most", [
            .. Protobuf.Text(1, "net"), .. Protobuf.Varint(100 << 3 | 2), .. Protobuf.Varint(1UL << 62), 0]);

    [Fact]
    public void Open_ControlCharactersInAName_AreRefusedHarmlessly() =>
        AssertRefused("Caffe", "\"a\\u001B[2J\\u000A.weight\"", Layer(Protobuf.Text(1, "a\u001B[2J\n"), Blob([1], 1)));

    [Fact]
    public void Open_EmptyBlobsWithoutEnd_AreRefused() => AssertRefused("Caffe", "tensors; expected no more in", Layer(
        [Protobuf.Text(1, "a"), .. Enumerable.Repeat(Protobuf.Message(7, Shape(0)), 2000)]));

    private static byte[] Layer(params byte[][] fields) => Protobuf.Message(100, fields);

    private static byte[] Blob(long[] shape, params float[] values) =>
        Protobuf.Message(7, Shape(shape), Protobuf.Message(5, Pickle.Bytes(values)));

    private static byte[] Shape(params long[] dimensions) =>
        Protobuf.Message(7, Protobuf.Message(1, [.. dimensions.Select(dimension => Protobuf.Varint(unchecked((ulong)dimension)))]));
}
