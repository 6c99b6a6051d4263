namespace FcnService.Export.Quantization;

/// <summary>
/// Counts the values of one feature map over all calibration photos, in bins of equal width around zero. The range is not known before:
/// it doubles, and neighbouring bins become one, whenever a value lies beyond it.
/// </summary>
internal sealed class ActivationHistogram
{
    /// <summary>The bins on either side of zero; at least half of them lie within the values' range.</summary>
    public const int BinsPerSide = 4096;

    private readonly long[] counts = new long[2 * BinsPerSide];
    private long zeros;

    // Above all values; a power of two, so that bin edges stay where they are when it doubles.
    private double range;

    /// <summary>The smallest value so far.</summary>
    public float Smallest { get; private set; } = float.PositiveInfinity;

    /// <summary>The largest value so far.</summary>
    public float Largest { get; private set; } = float.NegativeInfinity;

    /// <summary>The number of values so far.</summary>
    public long Count { get; private set; }

    /// <summary>The width of a bin.</summary>
    public double BinWidth => range / BinsPerSide;

    /// <summary>Counts values.</summary>
    /// <exception cref="NotFiniteNumberException">One of them is infinite or not a number.</exception>
    public void Add(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
        {
            return;
        }

        Cover(values);
        Count += values.Length;
        var perBin = BinsPerSide / range;
        foreach (var value in values)
        {
            counts[(int)Math.Floor(value * perBin) + BinsPerSide]++;
            zeros += value == 0 ? 1 : 0;
        }
    }

    /// <summary>The value that a share of all values lies below: the upper edge of the bin in which the share is reached.</summary>
    /// <param name="share">0 to 1.</param>
    public double Quantile(double share)
    {
        var needed = Math.Max(1, (long)Math.Ceiling(share * Count));
        var (bin, below) = (0, counts[0]);
        while (below < needed)
        {
            below += counts[++bin];
        }

        return Math.Clamp((bin + 1 - BinsPerSide) * BinWidth, Smallest, Largest);
    }

    /// <summary>
    /// How many values other than zero, which every range holds exactly, are of each size, without their signs:
    /// <see cref="BinsPerSide"/> counts from zero on.
    /// </summary>
    public long[] Magnitudes()
    {
        var magnitudes = counts[BinsPerSide..];
        magnitudes[0] -= zeros;
        for (var bin = 0; bin < BinsPerSide; bin++)
        {
            magnitudes[bin] += counts[BinsPerSide - 1 - bin];
        }

        return magnitudes;
    }

    private void Cover(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
            {
                throw new NotFiniteNumberException(value);
            }

            Smallest = Math.Min(Smallest, value);
            Largest = Math.Max(Largest, value);
        }

        double magnitude = Math.Max(Math.Abs(Smallest), Math.Abs(Largest));
        if (range == 0)
        {
            range = magnitude > 0 ? Math.ScaleB(1, Math.ILogB(magnitude) + 1) : float.Epsilon;
        }

        while (range <= magnitude)
        {
            Double();
        }
    }

    private void Double()
    {
        range *= 2;
        var merged = new long[counts.Length];
        for (var bin = 0; bin < counts.Length; bin++)
        {
            merged[(bin + BinsPerSide) / 2] += counts[bin];
        }

        merged.CopyTo(counts, 0);
    }
}
