using FcnService.Inference.Geometry;

namespace FcnService.Inference.Labels;

/// <summary>The label of every pixel of a photo, row by row from the top, a byte each. Its buffer is pooled: dispose it once.</summary>
public sealed class ClassMap : IDisposable
{
    private byte[]? labels;

    /// <summary>Creates a map whose labels are not set yet.</summary>
    public ClassMap(ImageSize size)
    {
        Size = size;
        labels = ImageBuffers.Bytes.Rent(checked(size.Width * size.Height));
    }

    /// <summary>Width and height in pixels.</summary>
    public ImageSize Size { get; }

    /// <summary>All labels.</summary>
    /// <exception cref="ObjectDisposedException">The map has been disposed.</exception>
    public Span<byte> Labels
    {
        get
        {
            ObjectDisposedException.ThrowIf(labels is null, this);
            return labels.AsSpan(0, Size.Width * Size.Height);
        }
    }

    /// <summary>The labels of one row.</summary>
    /// <param name="y">0 to height − 1.</param>
    public Span<byte> Row(int y) => Labels.Slice(y * Size.Width, Size.Width);

    /// <summary>Gives the buffer back to its pool.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref labels, null) is { } buffer)
        {
            ImageBuffers.Bytes.Return(buffer);
        }
    }
}
