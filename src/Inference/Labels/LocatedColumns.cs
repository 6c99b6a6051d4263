using System.Buffers;
using System.Numerics;

namespace FcnService.Inference.Labels;

/// <summary>The columns of a sampling, located once for all rows. Dispose it once.</summary>
internal readonly ref struct LocatedColumns : IDisposable
{
    private readonly int[] indices;
    private readonly int[] ends;
    private readonly float[] weights;

    /// <summary>Locates the columns.</summary>
    /// <param name="sampling">Where they lie on the grid.</param>
    /// <param name="width">Their number.</param>
    public LocatedColumns(AxisSampling sampling, int width)
    {
        Last = sampling.Last;
        indices = ArrayPool<int>.Shared.Rent(width);
        ends = ArrayPool<int>.Shared.Rent(width);
        // A vector may reach beyond the last.
        weights = ArrayPool<float>.Shared.Rent(width + Vector<float>.Count);
        for (var x = 0; x < width; x++)
        {
            (indices[x], weights[x]) = sampling.Locate(x);
        }

        for (var x = width - 1; x >= 0; x--)
        {
            ends[x] = x + 1 < width && indices[x] == indices[x + 1] ? ends[x + 1] : x + 1;
        }
    }

    /// <summary>The grid's last column that holds the photo.</summary>
    public int Last { get; }

    /// <summary>The grid's column before pixel x.</summary>
    public int IndexAt(int x) => indices[x];

    /// <summary>The first pixel beyond x that has another column before it.</summary>
    public int EndOfCell(int x) => ends[x];

    /// <summary>The weights of the columns after the pixels, from x on, and room for a vector.</summary>
    public ReadOnlySpan<float> WeightsFrom(int x) => weights.AsSpan(x);

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(indices);
        ArrayPool<int>.Shared.Return(ends);
        ArrayPool<float>.Shared.Return(weights);
    }
}
