using FcnService.Inference.Imaging;
using FcnService.Inference.Labels;
using FcnService.Inference.Masks;
using FcnService.Inference.Models;

namespace FcnService.Inference.Answers;

/// <summary>Lays the colours of a mask over its photo. Background and void stay as they are in the photo.</summary>
internal sealed class PhotoOverlay
{
    // An outline is as wide as it takes to be seen on a screen that shows the whole photo.
    private const int PixelsPerOutlinePixel = 1000;

    private const int Values = byte.MaxValue + 1;

    private readonly AnswerOptions options;
    private readonly Palette palette;

    // By label: what becomes of a photo's red, green and blue, for each value of them. Null where the photo stays as it is.
    private readonly byte[]?[] tints = new byte[Palette.Size][];

    /// <summary>Prepares overlays.</summary>
    /// <param name="options">How much of the colours shows, whether regions have outlines, and the file's format.</param>
    /// <param name="contract">What knows the colours.</param>
    public PhotoOverlay(AnswerOptions options, ModelContract contract)
    {
        (this.options, palette) = (options, contract.Palette);
        for (var label = 0; label < contract.Classes.Count; label++)
        {
            tints[label] = label == contract.Background ? null : Tint(palette[(byte)label], options.Alpha);
        }
    }

    /// <summary>Encodes the photo with the mask over it: decoded, covered and encoded in one pass, on libvips' threads.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="map">Its labels.</param>
    /// <param name="output">Receives the file.</param>
    /// <exception cref="ImageRejectedException">The photo is broken.</exception>
    public void Write(EncodedImage photo, ClassMap map, Stream output) => photo.ReadInFull(image =>
    {
        using var covered = image.Change((x, y, pixels) => Cover(map, x, y, pixels));
        if (options.OverlayFormat == OverlayFormat.Jpeg)
        {
            covered.Write("jpegsave_buffer", output, ("Q", "85"), ("keep", "none"));
        }
        else
        {
            covered.Write("pngsave_buffer", output, ("compression", "3"), ("keep", "none"));
        }
    });

    private void Cover(ClassMap map, int left, int y, Span<byte> pixels)
    {
        var labels = map.Row(y).Slice(left, pixels.Length / RgbImage.BytesPerPixel);
        for (int x = 0, end; x < labels.Length; x = end)
        {
            var length = labels[x..].IndexOfAnyExcept(labels[x]);
            end = length < 0 ? labels.Length : x + length;
            if (tints[labels[x]] is { } tint)
            {
                Apply(tint, pixels[(x * RgbImage.BytesPerPixel)..(end * RgbImage.BytesPerPixel)]);
            }
        }

        if (options.Outlines)
        {
            Outline(map, left, y, pixels);
        }
    }

    private static void Apply(ReadOnlySpan<byte> tint, Span<byte> pixels)
    {
        var reds = tint[..Values];
        var greens = tint.Slice(Values, Values);
        var blues = tint.Slice(2 * Values, Values);
        for (var i = 0; i + 2 < pixels.Length; i += RgbImage.BytesPerPixel)
        {
            pixels[i] = reds[pixels[i]];
            pixels[i + 1] = greens[pixels[i + 1]];
            pixels[i + 2] = blues[pixels[i + 2]];
        }
    }

    // A pixel is part of an outline where a little to the left, right, above or below is another label.
    private void Outline(ClassMap map, int left, int y, Span<byte> pixels)
    {
        var size = map.Size;
        var width = Math.Max(1, size.LongSide / PixelsPerOutlinePixel);
        var row = map.Row(y);
        var above = map.Row(Math.Max(0, y - width));
        var below = map.Row(Math.Min(size.Height - 1, y + width));
        for (var i = 0; i < pixels.Length; i += RgbImage.BytesPerPixel)
        {
            var x = left + (i / RgbImage.BytesPerPixel);
            var label = row[x];
            var isInside = above[x] == label && below[x] == label
                && row[Math.Max(0, x - width)] == label && row[Math.Min(row.Length - 1, x + width)] == label;
            if (!isInside && tints[label] is not null)
            {
                var colour = palette[label];
                (pixels[i], pixels[i + 1], pixels[i + 2]) = (colour.Red, colour.Green, colour.Blue);
            }
        }
    }

    private static byte[] Tint(Rgb colour, double alpha)
    {
        var tint = new byte[RgbImage.BytesPerPixel * Values];
        foreach (var (channel, over) in new[] { colour.Red, colour.Green, colour.Blue }.Index())
        {
            for (var value = 0; value < Values; value++)
            {
                tint[(channel * Values) + value] = (byte)Math.Round((over * alpha) + (value * (1 - alpha)));
            }
        }

        return tint;
    }
}
