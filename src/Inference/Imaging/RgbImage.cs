using System.Runtime.InteropServices;
using FcnService.Inference.Geometry;

namespace FcnService.Inference.Imaging;

/// <summary>A decoded image: sRGB, row by row from the top, three bytes (red, green, blue) a pixel. Its buffer is pooled: dispose it once.</summary>
public sealed class RgbImage : IDisposable
{
    /// <summary>Bytes in a pixel.</summary>
    public const int BytesPerPixel = 3;

    // Side of the squares in which a photo on its side is turned, in pixels: each pixel of a row comes from another row, and the processor's
    // cache holds so many.
    private const int Tile = 64;

    private byte[]? pixels;

    /// <summary>Creates an image whose pixels are not set yet.</summary>
    public RgbImage(ImageSize size)
    {
        Size = size;
        pixels = ImageBuffers.Bytes.Rent(checked(size.Width * size.Height * BytesPerPixel));
    }

    /// <summary>Width and height in pixels.</summary>
    public ImageSize Size { get; }

    /// <summary>All pixels.</summary>
    /// <exception cref="ObjectDisposedException">The image has been disposed.</exception>
    public Span<byte> Pixels
    {
        get
        {
            ObjectDisposedException.ThrowIf(pixels is null, this);
            return pixels.AsSpan(0, Size.Width * Size.Height * BytesPerPixel);
        }
    }

    /// <summary>The pixels of one row.</summary>
    /// <param name="y">0 to height − 1.</param>
    public Span<byte> Row(int y) => Pixels.Slice(y * Size.Width * BytesPerPixel, Size.Width * BytesPerPixel);

    /// <summary>A copy that is upright.</summary>
    /// <param name="orientation">This image's EXIF orientation, 1 to 8.</param>
    internal RgbImage Turn(int orientation)
    {
        var (width, last) = (Size.Width, (Size.Width * Size.Height) - 1);
        // EXIF 2.3, tag 0x112. In pixels of this image: where the copy's first pixel lies, and the steps to the right and down from it.
        var (start, right, down) = orientation switch
        {
            1 => (0, 1, width),
            2 => (width - 1, -1, width),
            3 => (last, -1, -width),
            4 => (last - width + 1, 1, -width),
            5 => (0, width, 1),
            6 => (last - width + 1, -width, 1),
            7 => (last, -width, -1),
            8 => (width - 1, width, -1),
            _ => throw new ArgumentOutOfRangeException(nameof(orientation), orientation, "An EXIF orientation is 1 to 8."),
        };
        var isOnItsSide = orientation >= 5;
        var upright = new RgbImage(isOnItsSide ? Size.Transposed : Size);
        var side = isOnItsSide ? Tile : Math.Max(width, Size.Height);
        var from = MemoryMarshal.Cast<byte, Pixel>(Pixels);
        var to = MemoryMarshal.Cast<byte, Pixel>(upright.Pixels);
        for (var top = 0; top < upright.Size.Height; top += side)
        {
            for (var left = 0; left < upright.Size.Width; left += side)
            {
                for (var y = top; y < Math.Min(top + side, upright.Size.Height); y++)
                {
                    var at = start + (y * down) + (left * right);
                    foreach (ref var pixel in to.Slice((y * upright.Size.Width) + left, Math.Min(side, upright.Size.Width - left)))
                    {
                        pixel = from[at];
                        at += right;
                    }
                }
            }
        }

        return upright;
    }

    /// <summary>Gives the buffer back to its pool.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref pixels, null) is { } buffer)
        {
            ImageBuffers.Bytes.Return(buffer);
        }
    }

    private readonly record struct Pixel(byte Red, byte Green, byte Blue);
}
