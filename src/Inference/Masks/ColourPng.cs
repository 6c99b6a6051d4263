using System.Buffers;
using System.Runtime.InteropServices;
using FcnService.Inference.Imaging;
using FcnService.Inference.Labels;

namespace FcnService.Inference.Masks;

/// <summary>Writes a class map as an RGB PNG, in which a pixel has its label's colour: for programs that know no palettes.</summary>
internal static class ColourPng
{
    /// <summary>Encodes a class map.</summary>
    /// <param name="map">The labels.</param>
    /// <param name="palette">Their colours.</param>
    /// <param name="output">Receives the file.</param>
    public static void Write(ClassMap map, Palette palette, Stream output)
    {
        var colours = palette.Colours.ToArray();
        var rowBytes = map.Size.Width * RgbImage.BytesPerPixel;
        var buffer = ArrayPool<byte>.Shared.Rent(2 * rowBytes);
        try
        {
            var png = new PngWriter(map.Size, PngColour.Rgb, output);
            png.WriteHeader();
            png.WritePixels(Paint, level: 6, asDifferences: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        // In turns, since the writer looks at the row before, too.
        ReadOnlySpan<byte> Paint(int y)
        {
            var row = buffer.AsSpan((y % 2) * rowBytes, rowBytes);
            var labels = map.Row(y);
            var pixels = MemoryMarshal.Cast<byte, Rgb>(row);
            for (var x = 0; x < labels.Length; x++)
            {
                pixels[x] = colours[labels[x]];
            }

            return row;
        }
    }
}
