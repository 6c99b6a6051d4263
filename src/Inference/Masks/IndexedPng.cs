using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics.Tensors;
using FcnService.Inference.Labels;

namespace FcnService.Inference.Masks;

/// <summary>
/// Writes a class map as an 8-bit palette PNG: a pixel's index is its label, and all 256 palette entries are there, as in the masks of
/// PASCAL VOC. Format: PNG specification (W3C), third edition, sections 5 and 11.
/// </summary>
/// <remarks>Image libraries choose their own palette and order when they write one; here the indices are the message.</remarks>
public static class IndexedPng
{
    private const byte NoFilter = 0;
    private const byte UpFilter = 2;
    private const int LargePixels = 1_000_000;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Encodes a class map.</summary>
    /// <param name="map">The labels.</param>
    /// <param name="palette">Their colours.</param>
    /// <param name="output">Receives the file.</param>
    public static void Write(ClassMap map, Palette palette, Stream output)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(palette);
        ArgumentNullException.ThrowIfNull(output);
        output.Write(Signature);
        WriteHeader(map, output);
        WritePalette(palette, output);
        WritePixels(map, output);
        WriteChunk("IEND"u8, [], output);
    }

    private static void WriteHeader(ClassMap map, Stream output)
    {
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, map.Size.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], map.Size.Height);
        header[8] = 8; // bits an index
        header[9] = 3; // colour type: palette
        header[10..].Clear(); // deflate, the standard filters, not interlaced
        WriteChunk("IHDR"u8, header, output);
    }

    private static void WritePalette(Palette palette, Stream output)
    {
        Span<byte> entries = stackalloc byte[Palette.Size * 3];
        for (var label = 0; label < Palette.Size; label++)
        {
            var colour = palette[(byte)label];
            (entries[label * 3], entries[(label * 3) + 1], entries[(label * 3) + 2]) = (colour.Red, colour.Green, colour.Blue);
        }

        WriteChunk("PLTE"u8, entries, output);
    }

    // Chosen by measurement (bench/Budgets), for size first and time second. Small masks are as the network drew them, and
    // the format's advice holds: indices have no order, so no filter. Large ones are interpolated: their rows are almost those above.
    private static void WritePixels(ClassMap map, Stream output)
    {
        var isLarge = map.Size.Pixels > LargePixels;
        var options = new ZLibCompressionOptions { CompressionLevel = isLarge ? 6 : 7 };
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, options, leaveOpen: true))
        {
            if (isLarge)
            {
                WriteDifferences(map, zlib);
            }
            else
            {
                WriteIndices(map, zlib);
            }
        }

        WriteChunk("IDAT"u8, compressed.GetBuffer().AsSpan(0, (int)compressed.Length), output);
    }

    private static void WriteIndices(ClassMap map, Stream zlib)
    {
        for (var y = 0; y < map.Size.Height; y++)
        {
            zlib.WriteByte(NoFilter);
            zlib.Write(map.Row(y));
        }
    }

    private static void WriteDifferences(ClassMap map, Stream zlib)
    {
        zlib.WriteByte(NoFilter);
        zlib.Write(map.Row(0));
        var filtered = ArrayPool<byte>.Shared.Rent(map.Size.Width);
        try
        {
            var row = filtered.AsSpan(0, map.Size.Width);
            for (var y = 1; y < map.Size.Height; y++)
            {
                TensorPrimitives.Subtract<byte>(map.Row(y), map.Row(y - 1), row);
                zlib.WriteByte(UpFilter);
                zlib.Write(row);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(filtered);
        }
    }

    private static void WriteChunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data, Stream output)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        output.Write(number);
        output.Write(type);
        output.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(type, data));
        output.Write(number);
    }
}
