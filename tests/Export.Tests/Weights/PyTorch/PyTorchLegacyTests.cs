using FcnService.Fuzz;

namespace FcnService.Export.Tests.Weights.PyTorch;

public sealed class PyTorchLegacyTests : WeightFiles
{
    private const string Format = "PyTorch (legacy)";

    [Fact]
    public void Open_StorageThatIsAView_GivesItsValues()
    {
        // The root has 4 values; the storage is 2 of them, from the second on.
        var storage = Pickle.Tuple(
            Pickle.Text("storage"), Pickle.Global("torch", "FloatStorage"), Pickle.Text("root"), Pickle.Text("cpu"), Pickle.Number(4),
            Pickle.Tuple(Pickle.Text("view"), Pickle.Number(1), Pickle.Number(2)));
        var tensor = Pickle.Call(
            Pickle.Global("torch._utils", "_rebuild_tensor"), Pickle.Reference(storage), Pickle.Number(0),
            Pickle.Tuple(Pickle.Number(2)), Pickle.Tuple(Pickle.Number(1)));

        Assert.Equal(["a F32 [2] 2 3"], Read(Samples.Legacy(Pickle.Dump(Pickle.Dictionary(("a", tensor))), ("root", [1, 2, 3, 4]))));
    }

    [Fact]
    public void Open_StorageThatTheFileLacks_IsRefused() => AssertRefused(
        Format, "it has no storage \"0\"", Samples.Legacy(Pickle.Dump(Pickle.Dictionary(("a", Pickle.Tensor("Float", "0", 1, [1]))))));

    [Fact]
    public void Open_StorageThatNothingRefersTo_IsRefused() => AssertRefused(
        Format, "it lists a storage that its pickle does not refer to",
        Samples.Legacy(Pickle.Dump(Pickle.Dictionary(("a", Pickle.Tensor("Float", "0", 1, [1])))), ("0", [1]), ("1", [2])));

    [Fact]
    public void Open_StorageOfTwoTypes_IsRefused() => AssertRefused(
        Format, "refers to storage \"0\" by two types",
        Samples.Legacy(
            Pickle.Dump(Pickle.Dictionary(("a", Pickle.Tensor("Float", "0", 1, [1])), ("b", Pickle.Tensor("Double", "0", 1, [1])))), ("0", [1])));

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(long.MaxValue)]
    public void Open_StorageThatLiesAboutItsLength_IsRefused(long count)
    {
        var bytes = Samples.Legacy(Pickle.Dump(Pickle.Dictionary(("a", Pickle.Tensor("Float", "0", 1, [1])))), ("0", [1]));
        Pickle.Bytes(count).CopyTo(bytes, bytes.Length - 12);

        AssertRefused(Format, $"storage \"0\" says that it has {count} values", bytes);
    }

    [Fact]
    public void Open_BytesAfterTheStorages_AreRefused() =>
        AssertRefused(Format, "its storages end at byte", [.. Samples.PyTorchLegacy(), 0]);

    [Fact]
    public void Open_OtherVersion_IsRefused()
    {
        var bytes = Samples.PyTorchLegacy();
        bytes[18] ^= 1;

        AssertRefused(Format, "its version is 1000; expected 1001", bytes);
    }
}
