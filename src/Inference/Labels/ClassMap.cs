using FcnService.Inference.Geometry;

namespace FcnService.Inference.Labels;

/// <summary>The label of every pixel of a photo.</summary>
/// <param name="size">Width and height in pixels.</param>
public sealed class ClassMap(ImageSize size) : PixelMap(size)
{
    /// <summary>All labels, row by row from the top.</summary>
    /// <exception cref="ObjectDisposedException">The map has been disposed.</exception>
    public Span<byte> Labels => Values;
}
