using FcnService.Export.Quantization;
using FsCheck.Fluent;

namespace FcnService.Export.Tests.Quantization;

public sealed class CalibrationMethodTests
{
    [Theory]
    [InlineData(99)]
    [InlineData(99.9)]
    [InlineData(100)]
    public void Percentile_ValuesOfBothSigns_LeavesTheShareOutAtEitherEnd(double percent)
    {
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, 20_000).Select(_ => (float)Math.Pow((4 * random.NextDouble()) - 1.5, 3))];
        var histogram = ActivationHistogramTests.HistogramOf(values);

        var range = new PercentileCalibration(percent).Calibrate(histogram);

        Array.Sort(values);
        var outside = (int)Math.Round(values.Length * (100 - percent) / 100);
        var tolerance = histogram.BinWidth + range.Scale;
        Assert.InRange(range.Low, values[outside] - tolerance, values[outside] + tolerance);
        Assert.InRange(range.High, values[^(outside + 1)] - tolerance, values[^(outside + 1)] + tolerance);
    }

    [Fact]
    public void Percentile_ValuesWithoutASign_BeginAtZero()
    {
        var histogram = ActivationHistogramTests.HistogramOf([3, 4, 5]);

        var range = new PercentileCalibration(100).Calibrate(histogram);

        Assert.Equal((0, 5f / 255), (range.ZeroPoint, range.Scale));
    }

    [Fact]
    public void EntropyBestBins_SmallHistograms_HaveTheLeastDivergence() =>
        Property.Holds(
            from seed in Gen.Choose(0, int.MaxValue)
            from levels in Gen.Choose(2, 6)
            select (RandomCounts(seed), levels),
            given =>
            {
                var (counts, levels) = given;

                var best = EntropyCalibration.BestBins(counts, levels);

                Assert.InRange(best, levels, counts.Length);
                var least = Enumerable.Range(levels, counts.Length - levels + 1).Min(bins => PlainDivergence(counts, bins, levels));
                Assert.Equal(least, PlainDivergence(counts, best, levels), 1e-12);
            });

    [Fact]
    public void Entropy_OneFarOutlier_IsLeftOut()
    {
        var random = new Random(1);
        float[] values = [1000, .. Enumerable.Range(0, 200_000).Select(_ => (float)(50 * random.NextDouble()))];

        var range = new EntropyCalibration().Calibrate(ActivationHistogramTests.HistogramOf(values));

        Assert.InRange(range.High, 45, 100);
    }

    [Fact]
    public void Entropy_MoreZeros_ChangeNothing()
    {
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, 50_000).Select(_ => (float)Math.Exp(3 * random.NextDouble()))];

        var without = new EntropyCalibration().Calibrate(ActivationHistogramTests.HistogramOf(values));
        var with = new EntropyCalibration().Calibrate(ActivationHistogramTests.HistogramOf(values, new float[100_000]));

        Assert.Equal(without, with);
    }

    private static long[] RandomCounts(int seed)
    {
        var random = new Random(seed);
        return [1, .. Enumerable.Range(0, random.Next(6, 40)).Select(_ => (long)random.Next(4) * random.Next(100))];
    }

    // Both distributions written out, bin by bin, as in the source that EntropyCalibration names.
    private static double PlainDivergence(long[] counts, int bins, int levels)
    {
        double total = counts.Sum();
        double inside = counts.Take(bins).Sum();
        var p = counts.Take(bins).Select(count => count / total).ToArray();
        p[^1] += counts.Skip(bins).Sum() / total;

        var q = new double[bins];
        for (var bin = 0; bin < bins; bin++)
        {
            // The level of a bin is the last that does not begin behind it.
            var level = Enumerable.Range(0, levels).Last(candidate => bins * candidate / levels <= bin);
            var others = Enumerable.Range(0, bins).Where(other => Enumerable.Range(0, levels).Last(candidate => bins * candidate / levels <= other) == level).ToList();
            var occupied = others.Count(other => counts[other] > 0);
            q[bin] = counts[bin] > 0 ? others.Sum(other => counts[other]) / (double)occupied / inside : 0;
        }

        return inside == 0
            ? double.PositiveInfinity
            : Enumerable.Range(0, bins).Where(bin => p[bin] > 0).Sum(bin => p[bin] * Math.Log(p[bin] / (q[bin] > 0 ? q[bin] : 1 / total)));
    }
}
