using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Labels;
using FcnService.Inference.Masks;
using FcnService.Inference.Models;

namespace FcnService.Inference.Answers;

/// <summary>Lays the colours of a mask over its photo. Background and void stay as they are in the photo.</summary>
/// <param name="options">How much of the colours shows, whether regions have outlines, and the file's format.</param>
/// <param name="contract">What knows the colours.</param>
internal sealed class PhotoOverlay(AnswerOptions options, ModelContract contract)
{
    private const byte Opaque = 255;

    // An outline is as wide as it takes to be seen on a screen that shows the whole photo.
    private const int PixelsPerOutlinePixel = 1000;

    // By label: how much of its colour shows inside a region, and at its outline.
    private readonly byte[] coverage = CoverageOf((byte)Math.Round(options.Alpha * Opaque), contract);
    private readonly byte[] outlineCoverage = CoverageOf(Opaque, contract);

    /// <summary>Encodes the photo with the mask over it: decoded, covered and encoded in one pass, on libvips' threads.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="map">Its labels.</param>
    /// <param name="output">Receives the file.</param>
    /// <exception cref="ImageRejectedException">The photo is broken.</exception>
    public void Write(EncodedImage photo, ClassMap map, Stream output)
    {
        if (!options.Outlines)
        {
            Write(photo, map, outlined: null, output);
            return;
        }

        var outlined = ImageBuffers.Bytes.Rent(map.Labels.Length);
        try
        {
            Outline(map, outlined);
            Write(photo, map, outlined, output);
        }
        finally
        {
            ImageBuffers.Bytes.Return(outlined);
        }
    }

    private unsafe void Write(EncodedImage photo, ClassMap map, byte[]? outlined, Stream output)
    {
        var table = new ImageSize(Palette.Size, 1);
        var palette = contract.Palette.Colours.ToArray();
        fixed (byte* labelBytes = map.Labels, coverageBytes = coverage, outlinedBytes = outlined)
        {
            fixed (Rgb* colours = palette)
            {
                using var labels = VipsImage.FromMemory(labelBytes, map.Size, bands: 1);
                using var colourTable = VipsImage.FromMemory(colours, table, RgbImage.BytesPerPixel);
                using var coverageTable = VipsImage.FromMemory(coverageBytes, table, bands: 1);
                using var mask = labels.LookUp(colourTable);
                using var covering = outlined is null ? labels.LookUp(coverageTable) : VipsImage.FromMemory(outlinedBytes, map.Size, bands: 1);
                photo.ReadInFull(image => Encode(image, mask, covering, output));
            }
        }
    }

    private void Encode(VipsImage photo, VipsImage mask, VipsImage covering, Stream output)
    {
        using var covered = photo.Cover(mask, covering);
        if (options.OverlayFormat == OverlayFormat.Jpeg)
        {
            covered.Write("jpegsave_buffer", output, ("Q", "85"), ("keep", "none"));
        }
        else
        {
            covered.Write("pngsave_buffer", output, ("compression", "3"), ("keep", "none"));
        }
    }

    private void Outline(ClassMap map, Span<byte> covered)
    {
        var size = map.Size;
        var width = Math.Max(1, size.LongSide / PixelsPerOutlinePixel);
        for (var y = 0; y < size.Height; y++)
        {
            var row = map.Row(y);
            var above = map.Row(Math.Max(0, y - width));
            var below = map.Row(Math.Min(size.Height - 1, y + width));
            for (var x = 0; x < row.Length; x++)
            {
                var label = row[x];
                var isInside = above[x] == label && below[x] == label
                    && row[Math.Max(0, x - width)] == label && row[Math.Min(row.Length - 1, x + width)] == label;
                covered[(y * size.Width) + x] = isInside ? coverage[label] : outlineCoverage[label];
            }
        }
    }

    private static byte[] CoverageOf(byte alpha, ModelContract contract)
    {
        var coverage = new byte[Palette.Size];
        Array.Fill(coverage, alpha);
        coverage[contract.Background] = 0;
        coverage[contract.Void] = 0;
        return coverage;
    }
}
