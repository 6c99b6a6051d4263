using FcnService.Export.Quantization;
using FsCheck;
using FsCheck.Fluent;

namespace FcnService.Export.Tests.Quantization;

public sealed class ActivationHistogramTests
{
    // Several photos' values, of growing and shrinking ranges.
    private static readonly Gen<float[][]> Photos =
        from seed in Gen.Choose(0, int.MaxValue)
        from photos in Gen.Choose(1, 5)
        select RandomPhotos(seed, photos);

    [Fact]
    public void Quantile_AnyValues_IsWithinABinOfWhatSortingGives() =>
        Property.Holds(Photos, photos =>
        {
            var histogram = HistogramOf(photos);
            var sorted = photos.SelectMany(values => values).Order().ToArray();

            foreach (var share in new[] { 0, 0.001, 0.3, 0.5, 0.99, 1 })
            {
                double expected = sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
                Assert.InRange(histogram.Quantile(share), expected, expected + histogram.BinWidth);
            }
        });

    [Fact]
    public void Add_AnyValues_KeepsTheirEndsInAtLeastHalfTheBins() =>
        Property.Holds(Photos, photos =>
        {
            var histogram = HistogramOf(photos);
            var values = photos.SelectMany(values => values).ToList();

            Assert.Equal((values.Min(), values.Max(), (long)values.Count), (histogram.Smallest, histogram.Largest, histogram.Count));
            double magnitude = values.Max(Math.Abs);
            Assert.InRange(magnitude / histogram.BinWidth, ActivationHistogram.BinsPerSide / 2.0, ActivationHistogram.BinsPerSide);
        });

    [Fact]
    public void Magnitudes_AnyValues_AreAsCountedOneByOne() =>
        Property.Holds(Photos, photos =>
        {
            var histogram = HistogramOf(photos);

            var expected = new long[ActivationHistogram.BinsPerSide];
            foreach (double value in photos.SelectMany(values => values).Where(value => value != 0))
            {
                // A bin's lower edge belongs to it on the positive side, its upper edge on the negative one.
                var place = value > 0 ? Math.Floor(value / histogram.BinWidth) : Math.Ceiling(-value / histogram.BinWidth) - 1;
                expected[(int)place]++;
            }

            Assert.Equal(expected, histogram.Magnitudes());
        });

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Add_NoFiniteNumber_IsRefused(float value) =>
        Assert.Throws<NotFiniteNumberException>(() => new ActivationHistogram().Add([1, value]));

    internal static ActivationHistogram HistogramOf(params float[][] photos)
    {
        var histogram = new ActivationHistogram();
        foreach (var values in photos)
        {
            histogram.Add(values);
        }

        return histogram;
    }

    private static float[][] RandomPhotos(int seed, int photos)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, photos).Select(_ => RandomValues(random))];
    }

    private static float[] RandomValues(Random random)
    {
        var (size, shift) = (Math.Pow(10, random.Next(-3, 4)), random.Next(3) * 0.5);
        // Never all zeros, which have no magnitude.
        return [(float)size, .. Enumerable.Range(0, random.Next(200)).Select(_ => random.Next(5) == 0 ? 0 : (float)(size * (random.NextDouble() - shift)))];
    }
}
