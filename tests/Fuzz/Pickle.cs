using System.Buffers.Binary;
using System.Text;

namespace FcnService.Fuzz;

/// <summary>Writes Python pickles, sound ones and others, by their opcodes.</summary>
internal static class Pickle
{
    public static byte[] None { get; } = [(byte)'N'];

    public static byte[] EmptyDictionary { get; } = [(byte)'}'];

    public static byte[] Dump(byte[] value) => [0x80, 2, .. value, (byte)'.'];

    public static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [(byte)'X', .. Bytes(bytes.Length), .. bytes];
    }

    public static byte[] Number(long number) => number is >= int.MinValue and <= int.MaxValue
        ? [(byte)'J', .. Bytes((int)number)]
        : [0x8A, 8, .. Bytes(number)];

    public static byte[] Tuple(params byte[][] items) => [(byte)'(', .. items.SelectMany(item => item), (byte)'t'];

    public static byte[] List(params byte[][] items) => [(byte)']', (byte)'(', .. items.SelectMany(item => item), (byte)'e'];

    public static byte[] Dictionary(params (string Key, byte[] Value)[] entries) =>
        [(byte)'}', (byte)'(', .. entries.SelectMany(entry => (byte[])[.. Text(entry.Key), .. entry.Value]), (byte)'u'];

    public static byte[] Global(string module, string name) => [(byte)'c', .. Encoding.UTF8.GetBytes($"{module}\n{name}\n")];

    public static byte[] Call(byte[] function, params byte[][] arguments) => [.. function, .. Tuple(arguments), (byte)'R'];

    public static byte[] Reference(byte[] id) => [.. id, (byte)'Q'];

    /// <summary>A view of a storage, as torch.save writes it.</summary>
    public static byte[] Tensor(string type, string key, long count, long[] shape, long[]? strides = null, long offset = 0) => Call(
        Global("torch._utils", "_rebuild_tensor_v2"),
        Reference(Storage(type, key, count)),
        Number(offset),
        Tuple([.. shape.Select(Number)]),
        Tuple([.. (strides ?? RowMajor(shape)).Select(Number)]),
        [0x89],
        Call(Global("collections", "OrderedDict")));

    public static byte[] Storage(string type, string key, long count) =>
        Tuple(Text("storage"), Global("torch", $"{type}Storage"), Text(key), Text("cpu"), Number(count));

    public static long[] RowMajor(long[] shape) =>
        [.. shape.Select((_, axis) => shape[(axis + 1)..].Aggregate(1L, (product, length) => unchecked(product * length)))];

    public static byte[] Bytes(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }

    public static byte[] Bytes(long number)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return bytes;
    }

    public static byte[] Bytes(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
