using System.Buffers.Binary;

namespace FcnService.Fuzz;

/// <summary>Makes another file from a sound one: equal seeds make equal files.</summary>
internal static class Mutation
{
    /// <summary>Numbers at which lengths and counts go wrong.</summary>
    private static readonly long[] Edges =
    [
        0, 1, -1, 127, 128, 255, 256, short.MaxValue, ushort.MaxValue, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue,
    ];

    public static byte[] Of(byte[] sample, Random random)
    {
        var bytes = sample.ToList();
        var changes = 1 + random.Next(4);
        for (var i = 0; i < changes && bytes.Count > 0; i++)
        {
            Change(bytes, random);
        }

        return [.. bytes];
    }

    private static void Change(List<byte> bytes, Random random)
    {
        var start = random.Next(bytes.Count);
        var length = Math.Min(bytes.Count - start, 1 + random.Next(random.Next(2) == 0 ? 8 : 200));
        switch (random.Next(9))
        {
            case 0:
                bytes[start] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[start] = (byte)random.Next(256);
                break;
            case 2:
                bytes[start] = (byte)(bytes[start] + (random.Next(2) == 0 ? 1 : -1));
                break;
            case 3:
                Overwrite(bytes, start, Edges[random.Next(Edges.Length)], 1 << random.Next(4));
                break;
            case 4:
                bytes.RemoveRange(start, bytes.Count - start);
                break;
            case 5:
                bytes.RemoveRange(start, length);
                break;
            case 6:
                // Again and again: lists, nesting and references grow by it.
                var part = bytes.GetRange(start, length);
                for (var times = random.Next(1, 20); times > 0; times--)
                {
                    bytes.InsertRange(start, part);
                }

                break;
            case 7:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(start, length));
                break;
            default:
                bytes.InsertRange(start, Enumerable.Range(0, length).Select(_ => (byte)random.Next(256)));
                break;
        }
    }

    private static void Overwrite(List<byte> bytes, int start, long number, int size)
    {
        Span<byte> edge = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(edge, number);
        for (var i = 0; i < Math.Min(size, bytes.Count - start); i++)
        {
            bytes[start + i] = edge[i];
        }
    }
}
