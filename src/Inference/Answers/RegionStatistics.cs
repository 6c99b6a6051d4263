using FcnService.Inference.Labels;

namespace FcnService.Inference.Answers;

/// <summary>What the pixels of a label come to.</summary>
internal sealed class RegionStatistics
{
    private long confidenceSum;
    private long confidencePixels;
    private int left = int.MaxValue;
    private int top = int.MaxValue;
    private int right;
    private int bottom;

    /// <summary>Their number.</summary>
    public long Pixels { get; private set; }

    /// <summary>
    /// How sure the network is of them, 0 to 1, on average; null where that was not measured, or the label is shown only in place of others.
    /// </summary>
    public double? Confidence => confidencePixels == 0 ? null : (double)confidenceSum / byte.MaxValue / confidencePixels;

    /// <summary>The smallest rectangle around them: its left and upper edge, width and height, in pixels.</summary>
    public (int X, int Y, int Width, int Height) Box => (left, top, right - left, bottom - top);

    /// <summary>Goes over all pixels once.</summary>
    /// <param name="map">Their labels.</param>
    /// <param name="confidence">How sure the network is of them, if that was measured.</param>
    /// <param name="selection">The labels that they are shown as.</param>
    /// <returns>By label; null for those that are not shown.</returns>
    public static RegionStatistics?[] Of(ClassMap map, ConfidenceMap? confidence, ClassSelection selection)
    {
        var regions = new RegionStatistics?[byte.MaxValue + 1];
        for (var y = 0; y < map.Size.Height; y++)
        {
            var row = map.Row(y);
            for (int x = 0, end; x < row.Length; x = end)
            {
                var label = row[x];
                var length = row[x..].IndexOfAnyExcept(label);
                end = length < 0 ? row.Length : x + length;
                var region = regions[selection.Shown(label)] ??= new RegionStatistics();
                region.Include(x, end, y);
                if (confidence is not null && selection.Keeps(label))
                {
                    region.Include(confidence.Row(y)[x..end]);
                }
            }
        }

        return regions;
    }

    private void Include(int start, int end, int y)
    {
        Pixels += end - start;
        (left, right) = (Math.Min(left, start), Math.Max(right, end));
        (top, bottom) = (Math.Min(top, y), y + 1);
    }

    private void Include(ReadOnlySpan<byte> confidence)
    {
        var sum = 0L;
        foreach (var value in confidence)
        {
            sum += value;
        }

        confidenceSum += sum;
        confidencePixels += confidence.Length;
    }
}
