using System.Numerics;
using System.Numerics.Tensors;
using FcnService.Inference.Geometry;
using FcnService.Inference.Models;

namespace FcnService.Inference.Labels;

/// <summary>A network's scores: for each point of a grid one for each class, where they lie in memory.</summary>
public readonly ref struct ScoreGrid
{
    private readonly ReadOnlySpan<float> scores;
    private readonly bool isPlanar;

    /// <summary>Looks at scores as a grid.</summary>
    /// <param name="scores">Grid height × grid width × classes of them, in the order of the layout.</param>
    /// <param name="classes">1 to 256.</param>
    /// <param name="size">The grid's size.</param>
    /// <param name="layout">A plane for each class (NCHW), or the classes of each point together (NHWC).</param>
    public ScoreGrid(ReadOnlySpan<float> scores, int classes, ImageSize size, TensorLayout layout)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(scores.Length, size.Pixels * classes, nameof(scores));
        this.scores = scores;
        Classes = classes;
        Size = size;
        isPlanar = layout == TensorLayout.Nchw;
    }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>The grid's size.</summary>
    public ImageSize Size { get; }

    /// <summary>All scores, in the order of the layout.</summary>
    public ReadOnlySpan<float> Scores => scores;

    /// <summary>The scores of a point: that of class k is at <c>k · ClassStride</c>.</summary>
    public ReadOnlySpan<float> At(int row, int column)
    {
        var point = (row * Size.Width) + column;
        return isPlanar ? scores[point..] : scores.Slice(point * Classes, Classes);
    }

    /// <summary>From one class' score of a point to the next.</summary>
    public int ClassStride => isPlanar ? Size.Width * Size.Height : 1;

    /// <summary>Interpolates a class' scores between two rows.</summary>
    /// <param name="label">The class.</param>
    /// <param name="top">The upper row.</param>
    /// <param name="bottom">The lower row.</param>
    /// <param name="down">The weight of the lower one, 0 to 1.</param>
    /// <param name="blended">Receives a score for each column.</param>
    public void Blend(int label, int top, int bottom, float down, Span<float> blended)
    {
        var (first, step) = isPlanar ? (label * ClassStride, 1) : (label, Classes);
        var upper = scores[(first + (top * Size.Width * step))..];
        var lower = scores[(first + (bottom * Size.Width * step))..];
        if (isPlanar)
        {
            TensorPrimitives.Lerp(upper[..Size.Width], lower[..Size.Width], down, blended);
            return;
        }

        for (var i = 0; i < Size.Width; i++)
        {
            blended[i] = upper[i * step] + ((lower[i * step] - upper[i * step]) * down);
        }
    }

    /// <summary>Finds the class with the largest score at points of a row; between equal scores the lower wins.</summary>
    /// <param name="row">The row.</param>
    /// <param name="first">The first point's column.</param>
    /// <param name="winners">Receives the classes of as many points as it has room for.</param>
    public void FindWinners(int row, int first, Span<byte> winners)
    {
        if (isPlanar)
        {
            FindInPlanes(row, first, winners);
            return;
        }

        for (var i = 0; i < winners.Length; i++)
        {
            winners[i] = (byte)TensorPrimitives.IndexOfMax(At(row, first + i));
        }
    }

    private void FindInPlanes(int row, int first, Span<byte> winners)
    {
        var i = 0;
        for (; i + Vector<float>.Count <= winners.Length; i += Vector<float>.Count)
        {
            var point = At(row, first + i);
            var (best, label) = (new Vector<float>(point), Vector<int>.Zero);
            for (var k = 1; k < Classes; k++)
            {
                var score = new Vector<float>(point[(k * ClassStride)..]);
                var larger = Vector.GreaterThan(score, best);
                best = Vector.ConditionalSelect(larger, score, best);
                label = Vector.ConditionalSelect(larger, new Vector<int>(k), label);
            }

            for (var lane = 0; lane < Vector<int>.Count; lane++)
            {
                winners[i + lane] = (byte)label[lane];
            }
        }

        for (; i < winners.Length; i++)
        {
            winners[i] = WinnerAt(row, first + i);
        }
    }

    private byte WinnerAt(int row, int column)
    {
        var point = At(row, column);
        var winner = 0;
        for (var k = 1; k < Classes; k++)
        {
            winner = point[k * ClassStride] > point[winner * ClassStride] ? k : winner;
        }

        return (byte)winner;
    }
}
