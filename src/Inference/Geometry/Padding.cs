namespace FcnService.Inference.Geometry;

/// <summary>Pixels added on each side of an image. <see cref="Pad"/> and <see cref="Crop"/> are each other's inverse.</summary>
/// <param name="Left">Columns before the first.</param>
/// <param name="Top">Rows before the first.</param>
/// <param name="Right">Columns after the last.</param>
/// <param name="Bottom">Rows after the last.</param>
public readonly record struct Padding(int Left, int Top, int Right, int Bottom)
{
    /// <summary>What brings both sides to a multiple, added at the right and the bottom.</summary>
    /// <param name="size">The size to pad.</param>
    /// <param name="multiple">In pixels, at least 1.</param>
    public static Padding ToMultiple(ImageSize size, int multiple) =>
        new(0, 0, Missing(size.Width, multiple), Missing(size.Height, multiple));

    /// <summary>What puts an image in the middle of a frame; an odd pixel goes to the right or the bottom.</summary>
    /// <param name="size">The size to pad.</param>
    /// <param name="frame">The size to reach, nowhere smaller.</param>
    public static Padding Center(ImageSize size, ImageSize frame)
    {
        var (columns, rows) = (frame.Width - size.Width, frame.Height - size.Height);
        return new(columns / 2, rows / 2, columns - (columns / 2), rows - (rows / 2));
    }

    /// <summary>The size with the padding.</summary>
    public ImageSize Pad(ImageSize size) => new(Left + size.Width + Right, Top + size.Height + Bottom);

    /// <summary>The size without the padding.</summary>
    public ImageSize Crop(ImageSize size) => new(size.Width - Left - Right, size.Height - Top - Bottom);

    private static int Missing(int side, int multiple) => (multiple - (side % multiple)) % multiple;
}
