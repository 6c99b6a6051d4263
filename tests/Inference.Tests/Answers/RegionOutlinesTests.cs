using FcnService.Inference.Answers;
using FcnService.Inference.Geometry;
using FcnService.Inference.Labels;
using FcnService.Inference.Tests.Reference;
using FsCheck.Fluent;

namespace FcnService.Inference.Tests.Answers;

public sealed class RegionOutlinesTests
{
    [Fact]
    public void Of_AnyMap_FilledAgainIsEachMask() =>
        Property.Holds(
            from size in Gen.Choose(1, 90).Two()
            from classes in Gen.Choose(1, 5)
            from isNoise in Gen.Elements(true, false)
            from seed in Gen.Choose(0, int.MaxValue)
            select (new ImageSize(size.Item1, size.Item2), classes, isNoise, seed),
            given =>
            {
                var (size, classes, isNoise, seed) = given;
                using var map = isNoise ? DrawnMaps.Noise(size, classes, seed) : DrawnMaps.Shapes(size, classes, seed);

                var outlines = RegionOutlines.Of(map);

                for (var label = 0; label < classes; label++)
                {
                    var expected = map.Labels.ToArray().Select(at => at == label).ToArray();
                    Assert.Equal(expected, Rings.Fill(outlines[label], size.Width, size.Height));
                    // Holes run the other way, so that areas add up.
                    Assert.Equal(expected.Count(isIn => isIn), outlines[label].Sum(Rings.Area));
                }
            });

    [Fact]
    public void Of_RingAroundAPixel_HasAnOuterAndAnInnerRing()
    {
        using var map = new ClassMap(new ImageSize(5, 5));
        map.Labels.Clear();
        for (var y = 1; y < 4; y++)
        {
            map.Row(y)[1..4].Fill(1);
        }

        map.Row(2)[2] = 0;

        var rings = RegionOutlines.Of(map)[1];

        Assert.Equal([1, 1, 4, 1, 4, 4, 1, 4], rings[0]);
        Assert.Equal(8, rings[1].Length);
        Assert.Equal([9, -1], rings.Select(Rings.Area));
    }

    [Fact]
    public void Of_PixelsThatTouchAtACorner_AreApart()
    {
        using var map = new ClassMap(new ImageSize(2, 2));
        byte[] labels = [1, 0, 0, 1];
        labels.CopyTo(map.Labels);

        var outlines = RegionOutlines.Of(map);

        Assert.Equal(2, outlines[0].Count);
        Assert.Equal(2, outlines[1].Count);
        Assert.All(outlines[1], ring => Assert.Equal(1, Rings.Area(ring)));
    }
}
