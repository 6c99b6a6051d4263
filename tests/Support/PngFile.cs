using System.Buffers.Binary;
using System.IO.Compression;

namespace FcnService.Tests.Support;

/// <summary>A plain PNG writer and reader, so that tests neither draw nor judge with the code under test.</summary>
internal static class PngFile
{
    private static readonly byte[] Signature = [137, 80, 78, 71, 13, 10, 26, 10];

    /// <summary>Writes 8-bit RGB, three bytes a pixel; with an EXIF orientation if one is given.</summary>
    public static byte[] WriteRgb(int width, int height, ReadOnlySpan<byte> pixels, int? orientation = null) =>
        Write(width, height, colourType: 2, bitDepth: 8, bytesPerRow: width * 3, pixels, orientation);

    /// <summary>Writes an image of any colour type and bit depth from its raw rows; a palette has three bytes an entry.</summary>
    public static byte[] Write(
        int width,
        int height,
        byte colourType,
        byte bitDepth,
        int bytesPerRow,
        ReadOnlySpan<byte> rows,
        int? orientation = null,
        byte[]? palette = null)
    {
        using var file = new MemoryStream();
        WriteHeader(file, width, height, colourType, bitDepth);
        if (palette is not null)
        {
            WriteChunk(file, "PLTE", palette);
        }

        if (orientation is { } value)
        {
            WriteChunk(file, "eXIf", Exif(value));
        }

        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(rows.Slice(y * bytesPerRow, bytesPerRow));
            }
        }

        WriteChunk(file, "IDAT", data.ToArray());
        WriteChunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>Writes an 8-bit RGB image that announces a size and holds no pixel.</summary>
    public static byte[] WriteWithoutPixels(int width, int height)
    {
        using var file = new MemoryStream();
        WriteHeader(file, width, height, colourType: 2, bitDepth: 8);
        WriteChunk(file, "IDAT", []);
        WriteChunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>Reads an 8-bit palette PNG: its indices and its palette, three bytes an entry.</summary>
    public static (int Width, int Height, byte[] Indices, byte[] Palette) ReadIndexed(byte[] file) => Read(file, colourType: 3);

    /// <summary>Reads the ground truth of a data set: an 8-bit PNG of grey values or palette indices, a label each.</summary>
    public static byte[] ReadLabels(byte[] file) => Read(file, colourType: file[25]).Indices;

    /// <summary>Reads an 8-bit RGB PNG: three bytes a pixel.</summary>
    public static (int Width, int Height, byte[] Pixels) ReadRgb(byte[] file)
    {
        var (width, height, pixels, _) = Read(file, colourType: 2);
        return (width, height, pixels);
    }

    /// <summary>Reads an 8-bit grey PNG.</summary>
    public static (int Width, int Height, byte[] Pixels) ReadGrey(byte[] file)
    {
        var (width, height, pixels, _) = Read(file, colourType: 0);
        return (width, height, pixels);
    }

    private static (int Width, int Height, byte[] Indices, byte[] Palette) Read(byte[] file, byte colourType)
    {
        Assert.Equal(Signature, file[..8]);
        var (width, height, palette) = (0, 0, Array.Empty<byte>());
        using var data = new MemoryStream();
        for (var at = 8; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            var type = System.Text.Encoding.ASCII.GetString(file, at + 4, 4);
            var body = file.AsSpan(at + 8, length);
            Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)), Crc(file.AsSpan(at + 4, 4 + length)));
            switch (type)
            {
                case "IHDR":
                    (width, height) = (BinaryPrimitives.ReadInt32BigEndian(body), BinaryPrimitives.ReadInt32BigEndian(body[4..]));
                    Assert.Equal([8, colourType, 0, 0, 0], body[8..].ToArray());
                    break;
                case "PLTE":
                    palette = body.ToArray();
                    break;
                case "IDAT":
                    data.Write(body);
                    break;
            }

            at += 12 + length;
        }

        data.Position = 0;
        var bytesPerPixel = colourType == 2 ? 3 : 1;
        var pixels = Unfilter(new ZLibStream(data, CompressionMode.Decompress), width * bytesPerPixel, height, bytesPerPixel);
        return (width, height, pixels, palette);
    }

    private static void WriteHeader(MemoryStream file, int width, int height, byte colourType, byte bitDepth)
    {
        file.Write(Signature);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (bitDepth, colourType);
        WriteChunk(file, "IHDR", header);
    }

    // PNG's filters (specification, section 9).
    private static byte[] Unfilter(ZLibStream rows, int rowBytes, int height, int bytesPerPixel)
    {
        var pixels = new byte[rowBytes * height];
        var above = new byte[rowBytes];
        for (var y = 0; y < height; y++)
        {
            var filter = rows.ReadByte();
            var row = pixels.AsSpan(y * rowBytes, rowBytes);
            rows.ReadExactly(row);
            for (var x = 0; x < rowBytes; x++)
            {
                var before = x - bytesPerPixel;
                int left = before >= 0 ? row[before] : 0, up = above[x], corner = before >= 0 ? above[before] : 0;
                row[x] += (byte)(filter switch
                {
                    0 => 0,
                    1 => left,
                    2 => up,
                    3 => (left + up) / 2,
                    4 => Paeth(left, up, corner),
                    _ => throw new InvalidDataException($"Row {y} has the filter {filter}."),
                });
            }

            row.CopyTo(above);
        }

        Assert.Equal(-1, rows.ReadByte());
        return pixels;
    }

    private static int Paeth(int left, int up, int corner)
    {
        var estimate = left + up - corner;
        var (toLeft, toUp, toCorner) = (Math.Abs(estimate - left), Math.Abs(estimate - up), Math.Abs(estimate - corner));
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    // A TIFF header, little-endian, with one directory of one entry: tag 0x112, one short.
    private static byte[] Exif(int orientation) =>
    [
        (byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0,
        1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0,
        0, 0, 0, 0,
    ];

    private static void WriteChunk(Stream file, string type, byte[] data)
    {
        byte[] body = [.. System.Text.Encoding.ASCII.GetBytes(type), .. data];
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        file.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            }
        }

        return ~crc;
    }
}
