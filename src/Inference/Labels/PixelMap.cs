using FcnService.Inference.Geometry;

namespace FcnService.Inference.Labels;

/// <summary>A byte for every pixel of a photo, row by row from the top. Its buffer is pooled: dispose it once.</summary>
public abstract class PixelMap : IDisposable
{
    private byte[]? values;

    /// <summary>Creates a map whose values are not set yet.</summary>
    private protected PixelMap(ImageSize size)
    {
        Size = size;
        values = ImageBuffers.Bytes.Rent(checked(size.Width * size.Height));
    }

    /// <summary>Width and height in pixels.</summary>
    public ImageSize Size { get; }

    /// <summary>All values.</summary>
    /// <exception cref="ObjectDisposedException">The map has been disposed.</exception>
    private protected Span<byte> Values
    {
        get
        {
            ObjectDisposedException.ThrowIf(values is null, this);
            return values.AsSpan(0, Size.Width * Size.Height);
        }
    }

    /// <summary>The values of one row.</summary>
    /// <param name="y">0 to height − 1.</param>
    public Span<byte> Row(int y) => Values.Slice(y * Size.Width, Size.Width);

    /// <summary>Gives the buffer back to its pool.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref values, null) is { } buffer)
        {
            ImageBuffers.Bytes.Return(buffer);
        }

        GC.SuppressFinalize(this);
    }
}
