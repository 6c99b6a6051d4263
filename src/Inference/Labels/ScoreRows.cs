using System.Numerics;
using FcnService.Inference.Geometry;

namespace FcnService.Inference.Labels;

/// <summary>Interpolates scores (bilinear) at the pixels of a photo: a class and a row at a time. Dispose it once.</summary>
internal readonly ref struct ScoreRows : IDisposable
{
    private readonly ScoreGrid grid;
    private readonly GridSampling sampling;
    private readonly LocatedColumns columns;
    private readonly float[] blended;
    private readonly int width;

    /// <summary>Prepares for a photo.</summary>
    /// <param name="grid">The scores.</param>
    /// <param name="sampling">Where the photo's pixels lie on the grid.</param>
    /// <param name="photo">The photo's size.</param>
    public ScoreRows(ScoreGrid grid, GridSampling sampling, ImageSize photo)
    {
        this.grid = grid;
        this.sampling = sampling;
        width = photo.Width;
        columns = new LocatedColumns(sampling.Columns, photo.Width);
        blended = ImageBuffers.Floats.Rent(grid.Size.Width);
    }

    /// <summary>What a row takes: vectors may reach beyond its last pixel.</summary>
    public int RoomForRow => width + Vector<float>.Count;

    /// <summary>Interpolates a row.</summary>
    /// <param name="label">The class.</param>
    /// <param name="y">The row of the photo.</param>
    /// <param name="scores">Receives the scores; has <see cref="RoomForRow"/>.</param>
    public void Interpolate(int label, int y, Span<float> scores)
    {
        var (top, down) = sampling.Rows.Locate(y);
        grid.Blend(label, top, Math.Min(top + 1, sampling.Rows.Last), down, blended);
        if (sampling.Columns.IsCrop)
        {
            blended.AsSpan(sampling.Columns.First, width).CopyTo(scores);
            return;
        }

        for (int x = 0, end; x < width; x = end)
        {
            end = columns.EndOfCell(x);
            var left = columns.IndexAt(x);
            var start = new Vector<float>(blended[left]);
            var slope = new Vector<float>(blended[Math.Min(left + 1, columns.Last)]) - start;
            for (; x < end; x += Vector<float>.Count)
            {
                // What is too much is overwritten by the next cell.
                (start + (slope * new Vector<float>(columns.WeightsFrom(x)))).CopyTo(scores[x..]);
            }
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        columns.Dispose();
        ImageBuffers.Floats.Return(blended);
    }
}
