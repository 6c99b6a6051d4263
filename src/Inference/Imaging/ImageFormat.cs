using System.Buffers.Binary;

namespace FcnService.Inference.Imaging;

/// <summary>The image formats that are decoded.</summary>
public enum ImageFormat
{
    /// <summary>JPEG: baseline and progressive; grey, YCbCr, CMYK and YCCK.</summary>
    Jpeg,

    /// <summary>PNG: every bit depth and colour type.</summary>
    Png,

    /// <summary>WebP: lossy and lossless; the first frame of an animation.</summary>
    WebP,

    /// <summary>GIF: the first frame.</summary>
    Gif,

    /// <summary>TIFF and BigTIFF: the first page.</summary>
    Tiff,

    /// <summary>AVIF: the primary image.</summary>
    Avif,
}

/// <summary>Tells a format by a file's first bytes; names and media types are the sender's claim and play no part.</summary>
public static class ImageFormats
{
    /// <summary>The formats in words, for messages.</summary>
    public const string Served = "JPEG, PNG, WebP, GIF, TIFF, AVIF";

    /// <summary>Recognises a format.</summary>
    /// <param name="file">The whole file or its beginning; 64 bytes are enough.</param>
    /// <returns>The format, or null if it is none of those served.</returns>
    public static ImageFormat? Recognize(ReadOnlySpan<byte> file)
    {
        return file switch
        {
            [0xFF, 0xD8, ..] => ImageFormat.Jpeg,
            [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => ImageFormat.Png,
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => ImageFormat.WebP,
            [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => ImageFormat.Gif,
            // The byte order, then 42 (TIFF) or 43 (BigTIFF).
            [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => ImageFormat.Tiff,
            [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] when HasAvifBrand(file) => ImageFormat.Avif,
            _ => null,
        };
    }

    // ISO/IEC 14496-12 file type box: size, "ftyp", major brand, version, compatible brands of four bytes each. Other HEIF files
    // (HEIC holds HEVC) have the same box with other brands.
    private static bool HasAvifBrand(ReadOnlySpan<byte> file)
    {
        var size = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(file), (uint)file.Length);
        for (var at = 8; at + 4 <= size; at += 4)
        {
            const int Version = 12;
            if (at != Version && (file.Slice(at, 4).SequenceEqual("avif"u8) || file.Slice(at, 4).SequenceEqual("avis"u8)))
            {
                return true;
            }
        }

        return false;
    }
}
