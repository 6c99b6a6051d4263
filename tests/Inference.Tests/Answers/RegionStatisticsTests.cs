using FcnService.Inference.Answers;
using FcnService.Inference.Geometry;
using FcnService.Inference.Labels;
using FcnService.Inference.Tests.Reference;
using FsCheck.Fluent;

namespace FcnService.Inference.Tests.Answers;

public sealed class RegionStatisticsTests
{
    private static readonly ImageSize Size = new(40, 30);

    [Fact]
    public void Of_AnyMap_CountsWhatAPlainLoopCounts() =>
        Property.Holds(
            from seed in Gen.Choose(0, int.MaxValue)
            from names in Gen.Elements<string[]?>(null, ["cat"], ["dog", "background"])
            select (seed, names),
            given =>
            {
                var contract = Contracts.Of("background", "cat", "dog", "cow");
                var selection = new ClassSelection(given.names, "tiny", contract);
                using var map = DrawnMaps.Shapes(Size, 4, given.seed);
                using var confidence = new ConfidenceMap(Size);
                for (var y = 0; y < Size.Height; y++)
                {
                    new Random(given.seed + y).NextBytes(confidence.Row(y));
                }

                var regions = RegionStatistics.Of(map, confidence, selection);

                for (var label = 0; label <= byte.MaxValue; label++)
                {
                    AssertRegion((byte)label, regions[label], map, confidence, selection);
                }
            });

    [Fact]
    public void Of_MapWithoutConfidence_HasNone()
    {
        using var map = DrawnMaps.Shapes(Size, 3, seed: 1);

        var regions = RegionStatistics.Of(map, confidence: null, new ClassSelection(null, "tiny", Contracts.Of("a", "b", "c")));

        Assert.All(regions.Where(region => region is not null), region => Assert.Null(region!.Confidence));
    }

    private static void AssertRegion(byte label, RegionStatistics? region, ClassMap map, ConfidenceMap confidence, ClassSelection selection)
    {
        var (shown, sure) = (new List<(int X, int Y)>(), new List<double>());
        for (var y = 0; y < Size.Height; y++)
        {
            for (var x = 0; x < Size.Width; x++)
            {
                if (selection.Shown(map.Row(y)[x]) == label)
                {
                    shown.Add((x, y));
                }

                if (map.Row(y)[x] == label && selection.Keeps(label))
                {
                    sure.Add(confidence.Row(y)[x] / 255.0);
                }
            }
        }

        Assert.Equal(shown.Count > 0, region is not null);
        if (region is not null)
        {
            var (left, top) = (shown.Min(pixel => pixel.X), shown.Min(pixel => pixel.Y));
            Assert.Equal(shown.Count, region.Pixels);
            Assert.Equal((left, top, shown.Max(pixel => pixel.X) - left + 1, shown.Max(pixel => pixel.Y) - top + 1), region.Box);
            Assert.Equal(sure.Count == 0 ? null : sure.Average(), region.Confidence ?? null, new Nearly());
        }
    }

    private sealed class Nearly : IEqualityComparer<double?>
    {
        public bool Equals(double? x, double? y) => x is null ? y is null : y is not null && Math.Abs(x.Value - y.Value) < 1e-9;

        public int GetHashCode(double? value) => 0;
    }
}
