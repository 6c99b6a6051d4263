using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics.Tensors;
using FcnService.Inference.Geometry;

namespace FcnService.Inference.Masks;

/// <summary>Writes PNG files of eight bits a sample, part by part. Format: PNG specification (W3C), third edition, sections 5 and 11.</summary>
/// <param name="size">The picture's size.</param>
/// <param name="colour">What its samples are.</param>
/// <param name="output">Receives the file.</param>
internal sealed class PngWriter(ImageSize size, PngColour colour, Stream output)
{
    private const byte NoFilter = 0;
    private const byte UpFilter = 2;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private int RowBytes => size.Width * (colour == PngColour.Rgb ? 3 : 1);

    /// <summary>Begins the file.</summary>
    public void WriteHeader()
    {
        output.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, size.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], size.Height);
        header[8] = 8; // bits a sample
        header[9] = (byte)colour;
        header[10..].Clear(); // deflate, the standard filters, not interlaced
        WriteChunk("IHDR"u8, header);
    }

    /// <summary>Writes the colours that indices stand for.</summary>
    public void WritePalette(Palette palette)
    {
        Span<byte> entries = stackalloc byte[Palette.Size * 3];
        for (var label = 0; label < Palette.Size; label++)
        {
            var colour = palette[(byte)label];
            (entries[label * 3], entries[(label * 3) + 1], entries[(label * 3) + 2]) = (colour.Red, colour.Green, colour.Blue);
        }

        WriteChunk("PLTE"u8, entries);
    }

    /// <summary>Writes all pixels, and ends the file.</summary>
    /// <param name="rows">Gives each row's samples, in order; they are looked at until the row after the next is asked for.</param>
    /// <param name="level">How hard to compress, 1 to 9.</param>
    /// <param name="asDifferences">Whether rows are stored as what they differ by from those above.</param>
    public void WritePixels(PixelRows rows, int level, bool asDifferences)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true))
        {
            if (asDifferences)
            {
                WriteDifferences(rows, zlib);
            }
            else
            {
                WriteSamples(rows, zlib);
            }
        }

        WriteChunk("IDAT"u8, compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
        WriteChunk("IEND"u8, []);
    }

    private void WriteSamples(PixelRows rows, ZLibStream zlib)
    {
        for (var y = 0; y < size.Height; y++)
        {
            zlib.WriteByte(NoFilter);
            zlib.Write(rows(y));
        }
    }

    private void WriteDifferences(PixelRows rows, ZLibStream zlib)
    {
        var above = rows(0);
        zlib.WriteByte(NoFilter);
        zlib.Write(above);
        var filtered = ArrayPool<byte>.Shared.Rent(RowBytes);
        try
        {
            var difference = filtered.AsSpan(0, RowBytes);
            for (var y = 1; y < size.Height; y++)
            {
                var row = rows(y);
                TensorPrimitives.Subtract(row, above, difference);
                zlib.WriteByte(UpFilter);
                zlib.Write(difference);
                above = row;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(filtered);
        }
    }

    private void WriteChunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
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

/// <summary>The samples of a row of a picture.</summary>
/// <param name="y">The row, 0 to height − 1.</param>
internal delegate ReadOnlySpan<byte> PixelRows(int y);

/// <summary>What the samples of a PNG file are: its colour type.</summary>
internal enum PngColour : byte
{
    /// <summary>A grey value a pixel.</summary>
    Grey = 0,

    /// <summary>Red, green and blue.</summary>
    Rgb = 2,

    /// <summary>An index into the palette a pixel.</summary>
    Palette = 3,
}
