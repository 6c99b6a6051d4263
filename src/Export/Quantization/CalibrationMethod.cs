namespace FcnService.Export.Quantization;

/// <summary>How the range of a feature map follows from its values on the calibration photos.</summary>
internal abstract record CalibrationMethod
{
    /// <summary>Chooses the range.</summary>
    /// <param name="values">The values; at least one.</param>
    public abstract ActivationQuantization Calibrate(ActivationHistogram values);
}

/// <summary>The range leaves out the same small share of the values at either end that has values.</summary>
/// <param name="Percent">The share that lies below the upper end, above 50 and at most 100; 100 keeps every value.</param>
internal sealed record PercentileCalibration(double Percent) : CalibrationMethod
{
    /// <inheritdoc/>
    public override ActivationQuantization Calibrate(ActivationHistogram values) =>
        ActivationQuantization.Over(values.Smallest >= 0 ? 0 : values.Quantile(1 - (Percent / 100)), values.Quantile(Percent / 100));
}

/// <summary>
/// The range loses the least information: its bytes' distribution has the smallest Kullback–Leibler divergence from that of the values.
/// Source: S. Migacz, 8-bit Inference with TensorRT, GPU Technology Conference 2017.
/// </summary>
internal sealed record EntropyCalibration : CalibrationMethod
{
    // Of bytes with a sign, half stand for magnitudes; of those without, all.
    private const int SignedLevels = 128;
    private const int UnsignedLevels = 256;

    /// <inheritdoc/>
    public override ActivationQuantization Calibrate(ActivationHistogram values)
    {
        var isSigned = values.Smallest < 0;
        var bins = BestBins(values.Magnitudes(), isSigned ? SignedLevels : UnsignedLevels);
        var threshold = bins * values.BinWidth;
        return ActivationQuantization.Over(Math.Max(values.Smallest, -threshold), Math.Min(values.Largest, threshold));
    }

    /// <summary>How many bins from zero on the range should have.</summary>
    /// <param name="magnitudes">The number of values in each bin.</param>
    /// <param name="levels">How many bytes there are for the range.</param>
    /// <returns>A number of bins from <paramref name="levels"/> to all; of equally good ones the largest.</returns>
    internal static int BestBins(ReadOnlySpan<long> magnitudes, int levels)
    {
        var (best, least) = (magnitudes.Length, double.PositiveInfinity);
        var outliers = 0L;
        for (var bins = magnitudes.Length; bins >= levels; bins--)
        {
            var divergence = Divergence(magnitudes[..bins], outliers, levels);
            if (divergence < least)
            {
                (best, least) = (bins, divergence);
            }

            outliers += magnitudes[bins - 1];
        }

        return best;
    }

    // P are the values, those beyond the range at its end; Q is what bytes keep of those within: the bins of a level get equal shares,
    // but for empty ones. What P has and Q lacks altogether would be infinite; it counts as the smallest share that a value can have.
    private static double Divergence(ReadOnlySpan<long> within, long outliers, int levels)
    {
        var inside = 0L;
        foreach (var count in within)
        {
            inside += count;
        }

        if (inside == 0)
        {
            return double.PositiveInfinity;
        }

        var (all, divergence) = ((double)(inside + outliers), 0.0);
        for (var level = 0; level < levels; level++)
        {
            var first = (int)((long)within.Length * level / levels);
            var end = (int)((long)within.Length * (level + 1) / levels);
            divergence += LevelDivergence(within[first..end], level == levels - 1 ? outliers : 0, inside, all);
        }

        return divergence;
    }

    private static double LevelDivergence(ReadOnlySpan<long> bins, long outliers, long inside, double all)
    {
        var (sum, occupied) = (0L, 0);
        foreach (var count in bins)
        {
            sum += count;
            occupied += count > 0 ? 1 : 0;
        }

        var (kept, divergence) = ((double)sum / Math.Max(occupied, 1) / inside, 0.0);
        for (var bin = 0; bin < bins.Length; bin++)
        {
            var values = bins[bin] + (bin == bins.Length - 1 ? outliers : 0);
            if (values > 0)
            {
                divergence += values / all * Math.Log(values / all / (bins[bin] > 0 ? kept : 1 / all));
            }
        }

        return divergence;
    }
}
