using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using FcnService.Inference.Geometry;

namespace FcnService.Inference.Labels;

/// <summary>
/// The class with the largest score for every pixel of a photo. Scores are interpolated (bilinear) at the photo's size first, and compared
/// then; between equal scores the lower label wins.
/// </summary>
/// <remarks>Works a row at a time, class by class, so that beyond the scores it needs memory for a few rows only.</remarks>
public static class ScoreArgmax
{
    /// <summary>Labels a photo.</summary>
    /// <param name="scores">A plane of grid height × grid width for each class.</param>
    /// <param name="classes">1 to 256.</param>
    /// <param name="grid">The size of a plane.</param>
    /// <param name="sampling">Where the photo's pixels lie on the grid.</param>
    /// <param name="map">Receives the labels; has the photo's size.</param>
    public static void Label(ReadOnlySpan<float> scores, int classes, ImageSize grid, GridSampling sampling, ClassMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentOutOfRangeException.ThrowIfNotEqual(scores.Length, grid.Pixels * classes, nameof(scores));
        var width = map.Size.Width;
        using var columns = new ColumnInterpolation(sampling.Columns, width);
        var blendedBuffer = ArrayPool<float>.Shared.Rent(grid.Width);
        var interpolatedBuffer = ArrayPool<float>.Shared.Rent(width);
        var bestBuffer = ArrayPool<float>.Shared.Rent(width);
        var labelBuffer = ArrayPool<int>.Shared.Rent(width);
        try
        {
            var blended = blendedBuffer.AsSpan(0, grid.Width);
            var interpolated = interpolatedBuffer.AsSpan(0, width);
            var best = bestBuffer.AsSpan(0, width);
            var labels = labelBuffer.AsSpan(0, width);
            for (var y = 0; y < map.Size.Height; y++)
            {
                var (upper, weight) = sampling.Rows.Locate(y);
                for (var label = 0; label < classes; label++)
                {
                    var plane = scores.Slice(label * grid.Width * grid.Height, grid.Width * grid.Height);
                    var row = columns.Interpolate(RowAt(plane, grid.Width, upper, weight, blended), interpolated);
                    if (label == 0)
                    {
                        row.CopyTo(best);
                        labels.Clear();
                    }
                    else
                    {
                        KeepLarger(row, label, best, labels);
                    }
                }

                TensorPrimitives.ConvertTruncating<int, byte>(labels, map.Row(y));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(blendedBuffer);
            ArrayPool<float>.Shared.Return(interpolatedBuffer);
            ArrayPool<float>.Shared.Return(bestBuffer);
            ArrayPool<int>.Shared.Return(labelBuffer);
        }
    }

    private static ReadOnlySpan<float> RowAt(ReadOnlySpan<float> plane, int width, int upper, float weight, Span<float> blended)
    {
        var row = plane.Slice(upper * width, width);
        if (weight == 0)
        {
            return row;
        }

        TensorPrimitives.Lerp(row, plane.Slice((upper + 1) * width, width), weight, blended);
        return blended;
    }

    private static void KeepLarger(ReadOnlySpan<float> scores, int label, Span<float> best, Span<int> labels)
    {
        var x = 0;
        var these = new Vector<int>(label);
        for (; x + Vector<float>.Count <= scores.Length; x += Vector<float>.Count)
        {
            var score = new Vector<float>(scores[x..]);
            var largest = new Vector<float>(best[x..]);
            var larger = Vector.GreaterThan(score, largest);
            Vector.ConditionalSelect(larger, score, largest).CopyTo(best[x..]);
            Vector.ConditionalSelect(larger, these, new Vector<int>(labels[x..])).CopyTo(labels[x..]);
        }

        for (; x < scores.Length; x++)
        {
            if (scores[x] > best[x])
            {
                best[x] = scores[x];
                labels[x] = label;
            }
        }
    }

    /// <summary>The columns of a sampling, located once for all rows and classes.</summary>
    private readonly ref struct ColumnInterpolation : IDisposable
    {
        private readonly AxisSampling sampling;
        private readonly int width;
        private readonly int[] indices;
        private readonly float[] weights;

        public ColumnInterpolation(AxisSampling sampling, int width)
        {
            this.sampling = sampling;
            this.width = width;
            indices = ArrayPool<int>.Shared.Rent(width);
            weights = ArrayPool<float>.Shared.Rent(width);
            for (var x = 0; x < width; x++)
            {
                (indices[x], weights[x]) = sampling.Locate(x);
            }
        }

        public ReadOnlySpan<float> Interpolate(ReadOnlySpan<float> row, Span<float> interpolated)
        {
            if (sampling.IsCrop)
            {
                return row.Slice(sampling.First, width);
            }

            for (var x = 0; x < interpolated.Length; x++)
            {
                var left = indices[x];
                var right = Math.Min(left + 1, sampling.Last);
                interpolated[x] = row[left] + ((row[right] - row[left]) * weights[x]);
            }

            return interpolated;
        }

        public void Dispose()
        {
            ArrayPool<int>.Shared.Return(indices);
            ArrayPool<float>.Shared.Return(weights);
        }
    }
}
