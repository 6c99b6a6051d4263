using System.Text;
using FcnService.Fuzz;

namespace FcnService.Export.Tests.Weights.PyTorch;

public sealed class PyTorchTarTests : WeightFiles
{
    private const string Format = "PyTorch (tar)";

    private static readonly byte[] NoStorages = Pickle.Dump(Pickle.Number(0));

    [Fact]
    public void Open_MissingMember_IsNamed() => AssertRefused(Format, "it has no entry \"pickle\"", Samples.Tar(("storages", NoStorages)));

    [Fact]
    public void Open_PathOutsideTheArchive_IsRefused() => AssertRefused(
        Format, "its entry \"../evil\" lies outside of the archive", Samples.Tar(("storages", NoStorages), ("../evil", [1])));

    [Fact]
    public void Open_WrongChecksum_IsRefused()
    {
        var bytes = Samples.PyTorchTar();
        bytes[0] ^= 1;

        AssertRefused(Format, "its entry at byte 0 has checksum", bytes);
    }

    [Fact]
    public void Open_MemberThatLiesAboutItsLength_IsRefused()
    {
        var bytes = Samples.PyTorchTar();
        Encoding.ASCII.GetBytes("77777777777").CopyTo(bytes, 124);
        WriteChecksum(bytes);

        AssertRefused(Format, "its entry \"storages\" says that it has 8589934591 bytes; expected at most", bytes);
    }

    [Fact]
    public void Open_TensorOverNoStorage_IsRefused() => AssertRefused(
        Format, "is over a storage that is not there",
        Samples.Tar(
            ("storages", NoStorages),
            ("tensors",
            [
                .. Pickle.Dump(Pickle.Number(1)),
                .. Pickle.Dump(Pickle.Tuple(Pickle.Number(1), Pickle.Number(2), Pickle.Global("torch", "FloatTensor"))),
                .. Pickle.Bytes(0L), .. Pickle.Bytes(0L),
            ]),
            ("pickle", Pickle.Dump(Pickle.None))));

    [Fact]
    public void Open_ReferenceToNothing_IsRefused() => AssertRefused(
        Format, "its pickle refers to a tensor that is not there",
        Samples.Tar(("storages", NoStorages), ("pickle", Pickle.Dump(Pickle.Reference(Pickle.Text("5"))))));

    private static void WriteChecksum(byte[] bytes)
    {
        bytes.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(bytes[..512].Sum(value => value), 8).PadLeft(6, '0') + "\0 ").CopyTo(bytes, 148);
    }
}
