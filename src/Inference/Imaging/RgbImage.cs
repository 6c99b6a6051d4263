using System.Buffers;
using FcnService.Inference.Geometry;

namespace FcnService.Inference.Imaging;

/// <summary>A decoded image: sRGB, row by row from the top, three bytes (red, green, blue) a pixel. Its buffer is pooled: dispose it once.</summary>
public sealed class RgbImage : IDisposable
{
    /// <summary>Bytes in a pixel.</summary>
    public const int BytesPerPixel = 3;

    private byte[]? pixels;

    /// <summary>Creates an image whose pixels are not set yet.</summary>
    public RgbImage(ImageSize size)
    {
        Size = size;
        pixels = ArrayPool<byte>.Shared.Rent(checked(size.Width * size.Height * BytesPerPixel));
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

    /// <summary>Gives the buffer back to its pool.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref pixels, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
