using System.Text;
using FcnService.Fuzz;

namespace FcnService.Export.Tests.Weights.PyTorch;

/// <summary>Hostile pickles, in the archive that torch.save writes.</summary>
public sealed class PickleMachineTests : WeightFiles
{
    private const string Format = "PyTorch (zip)";

    private static readonly byte[] OneTensor = Pickle.Tensor("Float", "0", 6, [2, 3]);

    [Theory]
    [InlineData("os", "system")]
    [InlineData("posix", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("__builtin__", "getattr")]
    [InlineData("torch.storage", "_load_from_bytes")]
    [InlineData("torch._utils", "_rebuild_tensor_v2 ")]
    [InlineData("torchvision.models.vgg", "VGG")]
    public void Load_GlobalOutsideTheList_IsRefusedByName(string module, string name)
    {
        var marker = Path.Combine(Path.GetTempPath(), $"fcn-pickle-{Guid.NewGuid():N}");
        byte[][] pickles =
        [
            Pickle.Dump(Pickle.Call(Pickle.Global(module, name), Pickle.Text($"touch {marker}"))),
            // Protocol 4 takes the names from the stack.
            Pickle.Dump([.. Pickle.Text(module), .. Pickle.Text(name), 0x93, .. Pickle.Tuple(Pickle.Text($"touch {marker}")), (byte)'R']),
        ];

        foreach (var pickle in pickles)
        {
            AssertRefused(Format, $"its pickle asks for \"{module}.{name}\", which weights do not need", Archive(pickle));
        }

        Assert.False(File.Exists(marker));
    }

    [Theory]
    [InlineData("i")]
    [InlineData("o")]
    [InlineData("\u0082\u0001")]
    [InlineData("\u0092")]
    [InlineData("\u00FF")]
    public void Load_OpcodeThatWeightsDoNotNeed_IsRefused(string opcode) => AssertRefused(
        Format, $"its pickle has opcode 0x{(int)opcode[0]:X2} at byte", Archive(Pickle.Dump(Encoding.Latin1.GetBytes(opcode))));

    [Fact]
    public void Load_CallOfAName_IsRefused() =>
        AssertRefused(Format, "its pickle calls torch.FloatStorage", Archive(Pickle.Dump(Pickle.Call(Pickle.Global("torch", "FloatStorage")))));

    [Fact]
    public void Load_DeepNesting_IsRefused()
    {
        var nested = Enumerable.Range(0, 1000).Aggregate(OneTensor, (inner, _) => Pickle.List(inner));

        AssertRefused(Format, "its pickle nests deeper than 32 levels", Archive(Pickle.Dump(nested)));
    }

    [Fact]
    public void Load_ListWithinItself_IsRefused() => AssertRefused(
        Format, "its pickle nests deeper than 32 levels", Archive(Pickle.Dump([(byte)']', (byte)'q', 0, (byte)'h', 0, (byte)'a'])));

    [Fact]
    public void Load_ListsOfTheListBeforeTwice_AreRefused()
    {
        // 30 lists, of which the last leads to 2^30 values.
        byte[] pickle = [(byte)'(', (byte)']', (byte)'q', 0];
        for (byte i = 1; i <= 30; i++)
        {
            pickle = [.. pickle, (byte)']', (byte)'h', (byte)(i - 1), (byte)'a', (byte)'h', (byte)(i - 1), (byte)'a', (byte)'q', i];
        }

        AssertRefused(Format, "its pickle leads to more than 1000000 values", Archive(Pickle.Dump([.. pickle, (byte)'t'])));
    }

    [Fact]
    public void Load_MemoThatGrowsAgainAndAgain_IsRefused()
    {
        // A dictionary of a thousand entries is copied a thousand times.
        byte[] entries = [.. Enumerable.Repeat((byte)'N', 2000)];
        byte[] copy = [.. Pickle.Global("collections", "OrderedDict"), (byte)'h', 0, 0x85, (byte)'R', (byte)'0'];
        byte[] copies = [.. Enumerable.Repeat(copy, 1000).SelectMany(part => part)];

        AssertRefused(
            Format, "its pickle makes objects of more than",
            Archive(Pickle.Dump([(byte)'}', (byte)'(', .. entries, (byte)'u', (byte)'q', 0, .. copies])));
    }

    [Theory]
    [InlineData("ccollections\nOrderedDict\n](NNe\u0085R", "calls collections.OrderedDict with other arguments")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n)R", "calls torch._utils._rebuild_tensor_v2 with other arguments")]
    [InlineData("ctorch._utils\n_rebuild_parameter\n)R", "calls torch._utils._rebuild_parameter with other arguments")]
    [InlineData("NQ", "refers to a storage otherwise than by")]
    public void Load_CallWithOtherArguments_IsRefused(string opcodes, string fault) =>
        AssertRefused(Format, fault, Archive(Pickle.Dump(Encoding.Latin1.GetBytes(opcodes))));

    [Fact]
    public void Load_ManyContainersFromFewBytes_AreRefused() =>
        AssertRefused(
            Format, "its pickle makes objects of more than",
            Archive(Pickle.Dump([.. Enumerable.Repeat("]0"u8.ToArray(), 20_000).SelectMany(part => part)])));

    [Fact]
    public void Load_TooHighAPile_IsRefused() =>
        AssertRefused(Format, "its pickle piles up more than 16384 values", Archive(Pickle.Dump([.. Enumerable.Repeat((byte)'N', 20_000)])));

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public void Load_TextLongerThanTheFile_IsRefused(int length) => AssertRefused(
        Format, $"its pickle has a text of {length} bytes", Archive(Pickle.Dump([(byte)'X', .. Pickle.Bytes(length)])));

    [Theory]
    [InlineData("0", "takes more than it has made")]
    [InlineData("t", "ends a group")]
    [InlineData("h\u0005", "recalls memo 5")]
    [InlineData("(a", "takes more than it has made")]
    [InlineData("Na", "takes more than it has made")]
    [InlineData("NNa", "expected a list")]
    [InlineData("}(Nu", "a key without a value")]
    [InlineData("NN", "with 2 values")]
    [InlineData("Ix\n", "no whole number")]
    [InlineData("Fx\n", "no number")]
    public void Load_UnsoundPickle_SaysWhere(string opcodes, string fault) =>
        AssertRefused(Format, fault, Archive(Pickle.Dump(Encoding.Latin1.GetBytes(opcodes))));

    [Fact]
    public void Load_ProtocolsOfPythonTwoAndThree_GiveTheSame()
    {
        byte[] proto0 = [.. "(dV"u8, .. "a\np0\n"u8, .. OneTensor, .. "s."u8];
        byte[] proto4 = [0x80, 4, 0x95, 0, 0, 0, 0, 0, 0, 0, 0, (byte)'}', 0x94, 0x8C, 1, (byte)'a', 0x94, .. OneTensor, (byte)'s', (byte)'.'];
        byte[] python2 = [0x80, 2, (byte)'}', (byte)'U', 1, (byte)'a', .. OneTensor, (byte)'s', (byte)'.'];

        foreach (var pickle in new[] { proto0, proto4, python2 })
        {
            Assert.Equal(["a F32 [2, 3] 1 2 3 4 5 6"], Read(Archive(pickle)));
        }
    }

    [Fact]
    public void Load_Parameter_IsItsData()
    {
        var parameter = Pickle.Call(
            Pickle.Global("torch._utils", "_rebuild_parameter"), OneTensor, [0x88], Pickle.Call(Pickle.Global("collections", "OrderedDict")));

        Assert.Equal(["a F32 [2, 3] 1 2 3 4 5 6"], Read(Archive(Pickle.Dump(Pickle.Dictionary(("a", parameter))))));
    }

    [Fact]
    public void Load_NoTensors_IsRefused() =>
        AssertRefused(Format, "its pickle holds no tensors", Archive(Pickle.Dump(Pickle.Dictionary(("epoch", Pickle.Number(1))))));

    [Theory]
    [InlineData(new[] { 7L }, new[] { 1L }, 0, "leaves storage")]
    [InlineData(new[] { 2L }, new[] { 6L }, 0, "leaves storage")]
    [InlineData(new[] { 6L }, new[] { 1L }, 1, "leaves storage")]
    [InlineData(new[] { 6L }, new[] { 1L }, -1, "leaves storage")]
    [InlineData(new[] { 2L }, new[] { long.MaxValue }, 2, "leaves storage")]
    [InlineData(new[] { 2L, 2L }, new[] { long.MaxValue, long.MaxValue }, 0, "leaves storage")]
    [InlineData(new[] { 2L }, new[] { -1L }, 1, "none negative")]
    [InlineData(new[] { 2L }, new long[0], 0, "expected one for each axis")]
    [InlineData(new[] { -1L }, new[] { 1L }, 0, "expected one that fits into memory")]
    [InlineData(new[] { 1L << 40 }, new[] { 0L }, 0, "expected one that fits into memory")]
    [InlineData(new[] { 1L << 30 }, new[] { 0L }, 0, "bytes; expected at most")]
    [InlineData(new[] { 1L << 20 }, new[] { 0L }, 0, "expected at most 4 times the file's")]
    public void Load_TensorThatLeavesItsStorage_IsRefused(long[] shape, long[] strides, long offset, string fault) =>
        AssertRefused(Format, fault, Archive(Pickle.Dump(Pickle.Dictionary(("a", Pickle.Tensor("Float", "0", 6, shape, strides, offset))))));

    private static byte[] Archive(byte[] pickle) => Samples.Zip(pickle, ("data/0", Pickle.Bytes(Samples.Weight)));
}
