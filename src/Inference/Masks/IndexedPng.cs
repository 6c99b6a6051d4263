using FcnService.Inference.Labels;

namespace FcnService.Inference.Masks;

/// <summary>
/// Writes a class map as an 8-bit palette PNG: a pixel's index is its label, and all 256 palette entries are there, as in the masks of
/// PASCAL VOC.
/// </summary>
/// <remarks>Image libraries choose their own palette and order when they write one; here the indices are the message.</remarks>
public static class IndexedPng
{
    private const int LargePixels = 1_000_000;

    /// <summary>Encodes a class map.</summary>
    /// <param name="map">The labels.</param>
    /// <param name="palette">Their colours.</param>
    /// <param name="output">Receives the file.</param>
    public static void Write(ClassMap map, Palette palette, Stream output)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(palette);
        ArgumentNullException.ThrowIfNull(output);
        var png = new PngWriter(map.Size, PngColour.Palette, output);
        png.WriteHeader();
        png.WritePalette(palette);
        // Chosen by measurement (bench/Budgets), for size first and time second. Small masks are as the network drew
        // them, and the format's advice holds: indices have no order, so no filter. Large ones are interpolated: their rows are almost those
        // above.
        var isLarge = map.Size.Pixels > LargePixels;
        png.WritePixels(y => map.Row(y), level: isLarge ? 6 : 7, asDifferences: isLarge);
    }
}
