using FcnService.Inference.Geometry;

namespace FcnService.Inference.Labels;

/// <summary>
/// Brings a network's labels to a photo's size: the four labels around a pixel vote with their bilinear weights. That is what bilinear
/// interpolation of one-hot scores and argmax give, and it keeps outlines smooth where taking the nearest label would make steps.
/// </summary>
public static class LabelVote
{
    /// <summary>Labels a photo.</summary>
    /// <param name="labels">Grid height × grid width labels.</param>
    /// <param name="grid">The grid's size.</param>
    /// <param name="sampling">Where the photo's pixels lie on the grid.</param>
    /// <param name="map">Receives the labels; has the photo's size.</param>
    public static void Label(ReadOnlySpan<byte> labels, ImageSize grid, GridSampling sampling, ClassMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentOutOfRangeException.ThrowIfNotEqual(labels.Length, grid.Pixels, nameof(labels));
        if (sampling.Columns.IsCrop && sampling.Rows.IsCrop)
        {
            for (var y = 0; y < map.Size.Height; y++)
            {
                labels.Slice(((sampling.Rows.First + y) * grid.Width) + sampling.Columns.First, map.Size.Width).CopyTo(map.Row(y));
            }

            return;
        }

        for (var y = 0; y < map.Size.Height; y++)
        {
            var (top, down) = sampling.Rows.Locate(y);
            var upper = labels.Slice(top * grid.Width, grid.Width);
            var lower = labels.Slice(Math.Min(top + 1, sampling.Rows.Last) * grid.Width, grid.Width);
            var row = map.Row(y);
            for (var x = 0; x < row.Length; x++)
            {
                var (left, across) = sampling.Columns.Locate(x);
                var right = Math.Min(left + 1, sampling.Columns.Last);
                row[x] = Elect(
                    (upper[left], (1 - down) * (1 - across)),
                    (upper[right], (1 - down) * across),
                    (lower[left], down * (1 - across)),
                    (lower[right], down * across));
            }
        }
    }

    private static byte Elect(params ReadOnlySpan<(byte Label, float Weight)> votes)
    {
        var (elected, most) = (byte.MaxValue, -1f);
        foreach (var (label, _) in votes)
        {
            var weight = 0f;
            foreach (var vote in votes)
            {
                weight += vote.Label == label ? vote.Weight : 0;
            }

            if (weight > most || (weight == most && label < elected))
            {
                (elected, most) = (label, weight);
            }
        }

        return elected;
    }
}
