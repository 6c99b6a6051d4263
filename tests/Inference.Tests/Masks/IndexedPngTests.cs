using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Labels;
using FcnService.Inference.Masks;
using FsCheck.Fluent;

namespace FcnService.Inference.Tests.Masks;

public sealed class IndexedPngTests
{
    [Fact]
    public void Write_AnyMap_IsReadBackAsLabelsAndPalette() =>
        Property.Holds(
            from size in Gen.Choose(1, 90).Two()
            from seed in Gen.Choose(0, int.MaxValue)
            select (new ImageSize(size.Item1, size.Item2), seed),
            given =>
            {
                using var map = new ClassMap(given.Item1);
                new Random(given.seed).NextBytes(map.Labels);

                var (width, height, indices, palette) = PngFile.ReadIndexed(Write(map, Palette.Voc));

                Assert.Equal(map.Size, new ImageSize(width, height));
                Assert.Equal(map.Labels.ToArray(), indices);
                Assert.Equal(Palette.Voc.Colours.SelectMany(colour => new[] { colour.Red, colour.Green, colour.Blue }), palette);
            });

    // Large maps are filtered, small ones are not.
    [Theory]
    [InlineData(1000, 1000)]
    [InlineData(1001, 1000)]
    [InlineData(3, 400_000)]
    public void Write_LargeMap_IsReadBack(int width, int height)
    {
        using var map = new ClassMap(new ImageSize(width, height));
        for (var y = 0; y < height; y++)
        {
            map.Row(y).Fill((byte)(y / 100 * 7));
            map.Row(y)[y % width] = (byte)y;
        }

        var (_, _, indices, _) = PngFile.ReadIndexed(Write(map, Palette.Voc));

        Assert.True(map.Labels.SequenceEqual(indices));
    }

    [Fact]
    public void Write_OwnPalette_IsShownByADecoder()
    {
        using var map = new ClassMap(new ImageSize(2, 1));
        (map.Labels[0], map.Labels[1]) = (1, 255);

        using var image = new ImageDecoder(new ImageLimits()).Open(Write(map, new Palette([new(9, 9, 9), new(10, 20, 30)])));
        using var shown = image.Decode(image.Size);

        Assert.Equal([10, 20, 30, 224, 224, 192], shown.Pixels.ToArray());
    }

    private static byte[] Write(ClassMap map, Palette palette)
    {
        using var file = new MemoryStream();
        IndexedPng.Write(map, palette, file);
        return file.ToArray();
    }
}
