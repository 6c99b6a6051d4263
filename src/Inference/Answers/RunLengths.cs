using System.Buffers;
using FcnService.Inference.Labels;

namespace FcnService.Inference.Answers;

/// <summary>
/// A mask as run lengths of COCO: column by column from the left, the number of pixels that are not in it, that are in it, and so on, in the
/// compressed form that its tools read and write (cocoapi, common/maskApi.c, rleToString).
/// </summary>
internal sealed class RunLengths
{
    // Columns of a map that lies row by row: as many at once as lie in a cache line.
    private const int ColumnsAtOnce = 64;

    private readonly ArrayBufferWriter<byte> text = new();
    private int end;
    private int count;
    private int last;
    private int secondToLast;

    /// <summary>The counts as text, each in groups of five bits from the lowest: ASCII from 48 on.</summary>
    public ReadOnlySpan<byte> Text => text.WrittenSpan;

    /// <summary>Encodes the masks of all labels in one pass.</summary>
    /// <returns>By label; null for those that do not occur.</returns>
    public static RunLengths?[] Of(ClassMap map)
    {
        var masks = new RunLengths?[byte.MaxValue + 1];
        var (width, height) = (map.Size.Width, map.Size.Height);
        var columns = ArrayPool<byte>.Shared.Rent(ColumnsAtOnce * height);
        try
        {
            var (label, start) = (map.Labels[0], 0);
            for (var x = 0; x < width; x += ColumnsAtOnce)
            {
                var strip = columns.AsSpan(0, Math.Min(ColumnsAtOnce, width - x) * height);
                Transpose(map, x, strip);
                for (var at = 0; (at = NextOther(strip, at, label)) >= 0;)
                {
                    Add(masks, label, start, (x * height) + at);
                    (label, start) = (strip[at], (x * height) + at);
                }
            }

            Add(masks, label, start, width * height);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(columns);
        }

        foreach (var mask in masks)
        {
            mask?.Close(width * height);
        }

        return masks;
    }

    private static void Transpose(ClassMap map, int firstColumn, Span<byte> columns)
    {
        var height = map.Size.Height;
        var count = columns.Length / height;
        for (var y = 0; y < height; y++)
        {
            var row = map.Row(y).Slice(firstColumn, count);
            for (var i = 0; i < row.Length; i++)
            {
                columns[(i * height) + y] = row[i];
            }
        }
    }

    private static int NextOther(ReadOnlySpan<byte> labels, int from, byte label)
    {
        var distance = labels[from..].IndexOfAnyExcept(label);
        return distance < 0 ? -1 : from + distance;
    }

    private static void Add(RunLengths?[] masks, byte label, int start, int end)
    {
        var mask = masks[label] ??= new RunLengths();
        mask.Append(start - mask.end);
        mask.Append(end - start);
        mask.end = end;
    }

    private void Close(int pixels)
    {
        if (end < pixels)
        {
            Append(pixels - end);
        }
    }

    // From the fourth on, a count is told by what it differs from the one before the last by.
    private void Append(int run)
    {
        long value = count > 2 ? run - secondToLast : run;
        (secondToLast, last) = (last, run);
        count++;
        bool isMore;
        do
        {
            var group = (byte)(value & 0x1F);
            value >>= 5;
            isMore = (group & 0x10) == 0 ? value != 0 : value != -1;
            text.GetSpan(1)[0] = (byte)(48 + (isMore ? group | 0x20 : group));
            text.Advance(1);
        }
        while (isMore);
    }
}
