using System.Numerics;
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

    // How much of a colour covers the photo is counted in steps of this: sums of products of bytes then have 16 bits.
    private const int Steps = 256;

    private readonly AnswerOptions options;
    private readonly Palette palette;

    // How many steps of the photo are kept.
    private readonly ushort kept;

    // By label: its colour's share of red, green, blue, red, …, in steps, a half for rounding included. Null where the photo stays as it is.
    private readonly ushort[]?[] tints = new ushort[Palette.Size][];

    /// <summary>Prepares overlays.</summary>
    /// <param name="options">How much of the colours shows, whether regions have outlines, and the file's format.</param>
    /// <param name="contract">What knows the colours.</param>
    public PhotoOverlay(AnswerOptions options, ModelContract contract)
    {
        (this.options, palette) = (options, contract.Palette);
        var covering = (int)Math.Round(options.Alpha * Steps);
        kept = (ushort)(Steps - covering);
        for (var label = 0; label < contract.Classes.Count; label++)
        {
            tints[label] = label == contract.Background ? null : Tint(palette[(byte)label], covering);
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
        if (options.OverlayFormat == OverlayFormat.Png)
        {
            covered.Write("pngsave_buffer", output, ("compression", "3"), ("keep", "none"));
        }
        else
        {
            covered.Write("jpegsave_buffer", output, ("Q", "85"), ("subsample_mode", "on"), ("keep", "none"));
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

    private void Apply(ReadOnlySpan<ushort> tint, Span<byte> pixels)
    {
        var i = 0;
        for (; i <= pixels.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            var colours = tint[(i % RgbImage.BytesPerPixel)..];
            Vector.Widen(new Vector<byte>(pixels[i..]), out var low, out var high);
            low = ((low * kept) + new Vector<ushort>(colours)) >> 8;
            high = ((high * kept) + new Vector<ushort>(colours[Vector<ushort>.Count..])) >> 8;
            Vector.Narrow(low, high).CopyTo(pixels[i..]);
        }

        for (; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(((pixels[i] * kept) + tint[i % RgbImage.BytesPerPixel]) >> 8);
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

    private static ushort[] Tint(Rgb colour, int covering)
    {
        byte[] channels = [colour.Red, colour.Green, colour.Blue];
        // Vectors begin at any channel.
        return
        [
            .. from i in Enumerable.Range(0, Vector<byte>.Count + RgbImage.BytesPerPixel - 1)
               select (ushort)((channels[i % RgbImage.BytesPerPixel] * covering) + (Steps / 2)),
        ];
    }
}
