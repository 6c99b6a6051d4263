using System.Numerics;
using FcnService.Inference.Models;

namespace FcnService.Inference.Labels;

/// <summary>
/// Probabilities from scores that are interpolated at the photo's size first: p = exp(s) / Σ exp(s), with the largest score taken off before
/// exp, which changes nothing but that no sum is infinite. Scores that are probabilities already stay as they are.
/// </summary>
internal static class Softmax
{
    // What lies further below the largest score adds less than 2e-7 to a sum of at least 1: not worth an exponential.
    private const float Negligible = -16;

    /// <summary>Measures how sure the network is of each pixel's class: the largest probability.</summary>
    /// <param name="grid">The scores.</param>
    /// <param name="sampling">Where the photo's pixels lie on the grid.</param>
    /// <param name="kind">Logits or probabilities.</param>
    /// <param name="map">Receives the probabilities; has the photo's size.</param>
    public static void MeasureConfidence(ScoreGrid grid, GridSampling sampling, OutputKind kind, ConfidenceMap map)
    {
        using var rows = new ScoreRows(grid, sampling, map.Size);
        var room = rows.RoomForRow;
        var buffer = ImageBuffers.Floats.Rent(grid.Classes * room);
        try
        {
            for (var y = 0; y < map.Size.Height; y++)
            {
                ReadRow(rows, y, grid.Classes, room, buffer);
                MeasureRow(buffer, grid.Classes, room, kind, map.Row(y));
            }
        }
        finally
        {
            ImageBuffers.Floats.Return(buffer);
        }
    }

    /// <summary>Sums up what turns the logits of each pixel into probabilities: log Σ exp(s), so that p = exp(s − sum).</summary>
    /// <param name="grid">The logits.</param>
    /// <param name="sampling">Where the photo's pixels lie on the grid.</param>
    /// <param name="width">The photo's width.</param>
    /// <param name="logSums">Receives the sums, row by row.</param>
    public static void SumUp(ScoreGrid grid, GridSampling sampling, int width, Span<float> logSums)
    {
        using var rows = new ScoreRows(grid, sampling, new Geometry.ImageSize(width, logSums.Length / width));
        var room = rows.RoomForRow;
        var buffer = ImageBuffers.Floats.Rent(grid.Classes * room);
        try
        {
            for (var y = 0; y < logSums.Length / width; y++)
            {
                ReadRow(rows, y, grid.Classes, room, buffer);
                SumUpRow(buffer, grid.Classes, room, logSums.Slice(y * width, width));
            }
        }
        finally
        {
            ImageBuffers.Floats.Return(buffer);
        }
    }

    private static void ReadRow(ScoreRows rows, int y, int classes, int room, Span<float> scores)
    {
        for (var label = 0; label < classes; label++)
        {
            rows.Interpolate(label, y, scores.Slice(label * room, room));
        }
    }

    private static void MeasureRow(ReadOnlySpan<float> scores, int classes, int room, OutputKind kind, Span<byte> confidence)
    {
        for (var x = 0; x < confidence.Length; x += Vector<float>.Count)
        {
            var (largest, sum) = Reduce(scores[x..], classes, room);
            var probability = kind == OutputKind.Logits ? Vector<float>.One / sum : Vector.Min(Vector.Max(largest, Vector<float>.Zero), Vector<float>.One);
            var rounded = Vector.ConvertToInt32((probability * 255) + new Vector<float>(0.5f));
            for (var lane = 0; lane < Math.Min(Vector<int>.Count, confidence.Length - x); lane++)
            {
                confidence[x + lane] = (byte)rounded[lane];
            }
        }
    }

    private static void SumUpRow(ReadOnlySpan<float> scores, int classes, int room, Span<float> logSums)
    {
        for (var x = 0; x < logSums.Length; x += Vector<float>.Count)
        {
            var (largest, sum) = Reduce(scores[x..], classes, room);
            var logSum = largest + Vector.Log(sum);
            for (var lane = 0; lane < Math.Min(Vector<float>.Count, logSums.Length - x); lane++)
            {
                logSums[x + lane] = logSum[lane];
            }
        }
    }

    // The largest score, and the sum of exp(s − largest), which is at least 1.
    private static (Vector<float> Largest, Vector<float> Sum) Reduce(ReadOnlySpan<float> scores, int classes, int room)
    {
        var largest = new Vector<float>(scores);
        for (var label = 1; label < classes; label++)
        {
            largest = Vector.Max(largest, new Vector<float>(scores[(label * room)..]));
        }

        var sum = Vector<float>.Zero;
        for (var label = 0; label < classes; label++)
        {
            var below = new Vector<float>(scores[(label * room)..]) - largest;
            sum += Vector.LessThanAll(below, new Vector<float>(Negligible)) ? Vector<float>.Zero : Vector.Exp(below);
        }

        return (largest, sum);
    }
}
