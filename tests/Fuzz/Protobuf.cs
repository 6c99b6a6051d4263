using System.Text;

namespace FcnService.Fuzz;

/// <summary>Writes fields of Protocol Buffers.</summary>
internal static class Protobuf
{
    public static byte[] Number(int field, long value) => [.. Varint((ulong)field << 3), .. Varint(unchecked((ulong)value))];

    public static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    public static byte[] Message(int field, params byte[][] parts)
    {
        var content = parts.SelectMany(part => part).ToArray();
        return [.. Varint((ulong)field << 3 | 2), .. Varint((ulong)content.Length), .. content];
    }

    /// <summary>Floats, a tag before each.</summary>
    public static byte[] Floats(int field, params float[] values) =>
        [.. values.SelectMany(value => (byte[])[.. Varint((ulong)field << 3 | 5), .. BitConverter.GetBytes(value)])];

    /// <summary>Doubles, a tag before each.</summary>
    public static byte[] Doubles(int field, params double[] values) =>
        [.. values.SelectMany(value => (byte[])[.. Varint((ulong)field << 3 | 1), .. BitConverter.GetBytes(value)])];

    public static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }
}
