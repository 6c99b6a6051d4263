using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace FcnService.Load.Harness;

/// <summary>Writes 8-bit RGB pictures as PNG (ISO/IEC 15948), without any code of the service.</summary>
internal static class PngWriter
{
    private const int Head = 8;

    private static readonly byte[] Signature = [137, 80, 78, 71, 13, 10, 26, 10];

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(TableEntry)];

    /// <summary>Writes a picture, or the upper left part of one.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="pixels">Three bytes a pixel.</param>
    /// <param name="stride">The bytes from row to row.</param>
    public static byte[] Write(int width, int height, ReadOnlySpan<byte> pixels, int stride)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            // Every row is written as the difference to the one above (filter 2), which makes smooth pictures small.
            var row = new byte[3 * width];
            for (var y = 0; y < height; y++)
            {
                zlib.WriteByte(2);
                for (var x = 0; x < row.Length; x++)
                {
                    row[x] = (byte)(pixels[y * stride + x] - (y == 0 ? 0 : pixels[(y - 1) * stride + x]));
                }

                zlib.Write(row);
            }
        }

        using var file = new MemoryStream();
        file.Write(Signature);
        WriteChunk(file, "IHDR", header);
        WriteChunk(file, "IDAT", data.ToArray());
        WriteChunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>Makes the checksums of a changed file right again, as far as its chunks can still be found.</summary>
    public static void FixChecksums(Span<byte> file)
    {
        for (var at = Signature.Length; at + Head + 4 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file[at..]);
            if (length < 0 || length > file.Length - at - Head - 4)
            {
                return;
            }

            BinaryPrimitives.WriteUInt32BigEndian(file[(at + Head + length)..], Checksum(file.Slice(at + 4, 4 + length)));
            at += Head + length + 4;
        }
    }

    private static void WriteChunk(MemoryStream file, string type, byte[] body)
    {
        var chunk = new byte[Head + body.Length + 4];
        BinaryPrimitives.WriteInt32BigEndian(chunk, body.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        body.CopyTo(chunk, Head);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(Head + body.Length), Checksum(chunk.AsSpan(4, 4 + body.Length)));
        file.Write(chunk);
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint TableEntry(int index)
    {
        var entry = (uint)index;
        for (var bit = 0; bit < 8; bit++)
        {
            entry = (entry & 1) == 0 ? entry >> 1 : 0xEDB88320 ^ (entry >> 1);
        }

        return entry;
    }
}
