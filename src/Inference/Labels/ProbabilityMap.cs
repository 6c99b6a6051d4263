using System.Numerics.Tensors;
using FcnService.Inference.Geometry;
using FcnService.Inference.Models;

namespace FcnService.Inference.Labels;

/// <summary>
/// The probability of every class at every pixel of a photo, computed where it is read: what is held are the network's scores and, of
/// logits, a sum for each pixel. Its buffers are pooled: dispose it once.
/// </summary>
public sealed class ProbabilityMap : IDisposable
{
    private readonly GridSampling sampling;
    private readonly ImageSize gridSize;
    private readonly TensorLayout layout;
    private readonly int scoreCount;
    private readonly float[]? logSums;
    private float[]? scores;

    /// <summary>Keeps a copy of a network's scores.</summary>
    /// <param name="grid">The scores.</param>
    /// <param name="sampling">Where the photo's pixels lie on the grid.</param>
    /// <param name="output">What the scores are: logits or probabilities, and in which order.</param>
    /// <param name="photo">The photo's size.</param>
    internal ProbabilityMap(ScoreGrid grid, GridSampling sampling, OutputContract output, ImageSize photo)
    {
        this.sampling = sampling;
        Size = photo;
        Classes = grid.Classes;
        layout = output.Layout;
        gridSize = grid.Size;
        scoreCount = grid.Scores.Length;
        scores = ImageBuffers.Floats.Rent(scoreCount);
        grid.Scores.CopyTo(scores);
        if (output.Kind == OutputKind.Logits)
        {
            logSums = ImageBuffers.Floats.Rent(checked((int)photo.Pixels));
            Softmax.SumUp(grid, sampling, photo.Width, logSums.AsSpan(0, (int)photo.Pixels));
        }
    }

    /// <summary>The photo's size.</summary>
    public ImageSize Size { get; }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>Computes the probabilities of a class along rows of the photo.</summary>
    /// <param name="label">The class, 0 to <see cref="Classes"/> − 1.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="probabilities">Receives 0 to 1 for each pixel, for as many whole rows as it holds.</param>
    /// <exception cref="ObjectDisposedException">The map has been disposed.</exception>
    public void Read(int label, int firstRow, Span<float> probabilities)
    {
        ObjectDisposedException.ThrowIf(scores is null, this);
        using var rows = new ScoreRows(new ScoreGrid(scores.AsSpan(0, scoreCount), Classes, gridSize, layout), sampling, Size);
        var buffer = ImageBuffers.Floats.Rent(rows.RoomForRow);
        try
        {
            for (var i = 0; i < probabilities.Length / Size.Width; i++)
            {
                rows.Interpolate(label, firstRow + i, buffer);
                Convert(buffer.AsSpan(0, Size.Width), firstRow + i, probabilities.Slice(i * Size.Width, Size.Width));
            }
        }
        finally
        {
            ImageBuffers.Floats.Return(buffer);
        }
    }

    /// <summary>Gives the buffers back to their pool.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref scores, null) is not { } buffer)
        {
            return;
        }

        ImageBuffers.Floats.Return(buffer);
        if (logSums is not null)
        {
            ImageBuffers.Floats.Return(logSums);
        }
    }

    private void Convert(Span<float> row, int y, Span<float> probabilities)
    {
        if (logSums is null)
        {
            row.CopyTo(probabilities);
            return;
        }

        TensorPrimitives.Subtract(row, logSums.AsSpan(y * Size.Width, Size.Width), row);
        TensorPrimitives.Exp<float>(row, probabilities);
    }
}
