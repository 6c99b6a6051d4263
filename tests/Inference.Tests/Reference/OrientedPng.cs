namespace FcnService.Inference.Tests.Reference;

/// <summary>Writes an RGB picture as a camera held otherwise would store it: with an EXIF orientation, and the pixels turned against it.</summary>
internal static class OrientedPng
{
    public static byte[] Write(int width, int height, ReadOnlySpan<byte> upright, int orientation)
    {
        var (storedWidth, storedHeight) = orientation >= 5 ? (height, width) : (width, height);
        var stored = new byte[upright.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                // EXIF 2.3, tag 0x112: which visual side the stored row 0 and column 0 are.
                var (column, row) = orientation switch
                {
                    1 => (x, y),
                    2 => (width - 1 - x, y),
                    3 => (width - 1 - x, height - 1 - y),
                    4 => (x, height - 1 - y),
                    5 => (y, x),
                    6 => (y, width - 1 - x),
                    7 => (height - 1 - y, width - 1 - x),
                    8 => (height - 1 - y, x),
                    _ => throw new ArgumentOutOfRangeException(nameof(orientation)),
                };
                upright.Slice(((y * width) + x) * 3, 3).CopyTo(stored.AsSpan(((row * storedWidth) + column) * 3));
            }
        }

        return PngFile.WriteRgb(storedWidth, storedHeight, stored, orientation);
    }
}
