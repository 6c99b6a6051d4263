using System.Numerics;

namespace FcnService.Inference.Labels;

/// <summary>
/// The class with the largest score for every pixel of a photo. Scores are interpolated (bilinear) at the photo's size first, and compared
/// then; between equal scores the lower label wins. The interpolated scores are never all there: nothing of the photo's size is needed
/// but its labels.
/// </summary>
/// <remarks>
/// A bilinear score is a weighted mean of those at the four grid points around it. Where one class wins at all four, no other can win
/// between them; so scores are interpolated only where the four points differ, at the outlines.
/// </remarks>
public static class ScoreArgmax
{
    /// <summary>Labels a photo.</summary>
    /// <param name="grid">The scores.</param>
    /// <param name="sampling">Where the photo's pixels lie on the grid.</param>
    /// <param name="map">Receives the labels; has the photo's size.</param>
    public static void Label(ScoreGrid grid, GridSampling sampling, ClassMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (sampling.Columns.IsCrop && sampling.Rows.IsCrop)
        {
            for (var y = 0; y < map.Size.Height; y++)
            {
                grid.FindWinners(sampling.Rows.First + y, sampling.Columns.First, map.Row(y));
            }

            return;
        }

        var winners = ImageBuffers.Bytes.Rent((int)grid.Size.Pixels);
        try
        {
            for (var row = sampling.Rows.First; row <= sampling.Rows.Last; row++)
            {
                grid.FindWinners(row, 0, winners.AsSpan(row * grid.Size.Width, grid.Size.Width));
            }

            using var columns = new LocatedColumns(sampling.Columns, map.Size.Width);
            for (var y = 0; y < map.Size.Height; y++)
            {
                LabelRow(grid, winners, sampling.Rows, y, columns, map.Row(y));
            }
        }
        finally
        {
            ImageBuffers.Bytes.Return(winners);
        }
    }

    private static void LabelRow(
        ScoreGrid grid, ReadOnlySpan<byte> winners, AxisSampling rows, int y, LocatedColumns columns, Span<byte> labels)
    {
        var (top, down) = rows.Locate(y);
        var bottom = Math.Min(top + 1, rows.Last);
        var upper = winners.Slice(top * grid.Size.Width, grid.Size.Width);
        var lower = winners.Slice(bottom * grid.Size.Width, grid.Size.Width);
        Span<float> scores = stackalloc float[2 * grid.Classes];
        for (int x = 0, end; x < labels.Length; x = end)
        {
            var left = columns.IndexAt(x);
            end = columns.EndOfCell(x);
            var right = Math.Min(left + 1, columns.Last);
            var winner = upper[left];
            if (winner == upper[right] && winner == lower[left] && winner == lower[right])
            {
                labels[x..end].Fill(winner);
                continue;
            }

            var starts = scores[..grid.Classes];
            var slopes = scores[grid.Classes..];
            Blend(grid.At(top, left), grid.At(bottom, left), grid.ClassStride, down, starts);
            Blend(grid.At(top, right), grid.At(bottom, right), grid.ClassStride, down, slopes);
            for (var k = 0; k < slopes.Length; k++)
            {
                slopes[k] -= starts[k];
            }

            Compare(starts, slopes, columns.WeightsFrom(x), labels[x..end]);
        }
    }

    private static void Blend(ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, int stride, float down, Span<float> blended)
    {
        for (var k = 0; k < blended.Length; k++)
        {
            blended[k] = upper[k * stride] + ((lower[k * stride] - upper[k * stride]) * down);
        }
    }

    // The scores along a stretch are lines: class by class, start + slope · weight.
    private static void Compare(ReadOnlySpan<float> starts, ReadOnlySpan<float> slopes, ReadOnlySpan<float> weights, Span<byte> labels)
    {
        for (var x = 0; x < labels.Length; x += Vector<float>.Count)
        {
            var weight = new Vector<float>(weights[x..]);
            var (best, label) = (new Vector<float>(starts[0]) + (slopes[0] * weight), Vector<int>.Zero);
            for (var k = 1; k < starts.Length; k++)
            {
                var score = new Vector<float>(starts[k]) + (slopes[k] * weight);
                var larger = Vector.GreaterThan(score, best);
                best = Vector.ConditionalSelect(larger, score, best);
                label = Vector.ConditionalSelect(larger, new Vector<int>(k), label);
            }

            for (var lane = 0; lane < Math.Min(Vector<int>.Count, labels.Length - x); lane++)
            {
                labels[x + lane] = (byte)label[lane];
            }
        }
    }
}
