using FcnService.Compare.Servers;
using FcnService.Inference.Labels;

namespace FcnService.Budgets;

/// <summary>
/// A mask's PNG as an optimizer would compress it: by libdeflate at level 10, which is that of <c>oxipng -o1</c> (its <c>options.rs</c>), with
/// the better of two filters for all rows: none, and the difference from the row above. The palette is as the service writes it, whole.
/// </summary>
internal static class OptimizedPng
{
    // Signature, header, palette, the frames of the pixels' chunk and of the end's.
    private const int BytesBesidePixels = 8 + 25 + (12 + (3 * 256)) + 12 + 12;

    // A gzip file has a header of 10 bytes and a trailer of 8 around the same stream of bits that zlib's, in a PNG, has 2 and 4 around.
    private const int GzipBytesBeyondZlib = 10 + 8 - (2 + 4);

    /// <summary>Its length in bytes.</summary>
    /// <exception cref="UnavailableException">There is no libdeflate-gzip.</exception>
    public static long Measure(ClassMap mask)
    {
        var folder = Directory.CreateTempSubdirectory("fcn-budgets-");
        try
        {
            var path = Path.Combine(folder.FullName, "rows");
            return Math.Min(Compress(Rows(mask, fromAbove: false), path), Compress(Rows(mask, fromAbove: true), path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static long Compress(byte[] rows, string path)
    {
        File.WriteAllBytes(path, rows);
        Tool.Run("libdeflate-gzip", ["-10", "-k", "-f", path], Path.GetDirectoryName(path)!, "install Debian's libdeflate-tools");
        return BytesBesidePixels + new FileInfo($"{path}.gz").Length - GzipBytesBeyondZlib;
    }

    // A byte for the filter, 0 or 2, before each row.
    private static byte[] Rows(ClassMap mask, bool fromAbove)
    {
        var (width, height) = (mask.Size.Width, mask.Size.Height);
        var rows = new byte[height * (1 + width)];
        for (var y = 0; y < height; y++)
        {
            var row = rows.AsSpan(y * (1 + width), 1 + width);
            row[0] = (byte)(fromAbove ? 2 : 0);
            mask.Row(y).CopyTo(row[1..]);
            for (var x = 0; fromAbove && y > 0 && x < width; x++)
            {
                row[1 + x] -= mask.Row(y - 1)[x];
            }
        }

        return rows;
    }
}
