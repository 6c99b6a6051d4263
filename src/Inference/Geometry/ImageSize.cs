namespace FcnService.Inference.Geometry;

/// <summary>Width and height in pixels, both at least 1.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
public readonly record struct ImageSize(int Width, int Height)
{
    /// <summary>Width times height.</summary>
    public long Pixels => (long)Width * Height;

    /// <summary>The larger of width and height.</summary>
    public int LongSide => Math.Max(Width, Height);

    /// <summary>Width and height exchanged, as by a quarter turn.</summary>
    public ImageSize Transposed => new(Height, Width);

    /// <summary>The size in proportion, with its sides rounded to the nearest pixel and at least 1.</summary>
    /// <param name="numerator">The factor's numerator, above 0.</param>
    /// <param name="denominator">The factor's denominator, above 0.</param>
    public ImageSize Scale(int numerator, int denominator) =>
        new(Scale(Width, numerator, denominator), Scale(Height, numerator, denominator));

    /// <summary>Width×height, as in "480×360".</summary>
    public override string ToString() => $"{Width}×{Height}";

    // In integers, so that a photo and its transpose get the same sides.
    private static int Scale(int side, long numerator, long denominator) =>
        (int)Math.Max(1, ((side * numerator * 2) + denominator) / (denominator * 2));
}
