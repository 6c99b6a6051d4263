using FcnService.Inference.Geometry;
using FcnService.Inference.Masks;
using FcnService.Inference.Tests.Reference;
using FsCheck.Fluent;

namespace FcnService.Inference.Tests.Masks;

public sealed class ColourPngTests
{
    [Fact]
    public void Write_AnyMap_HasEachPixelsColour() =>
        Property.Holds(
            from size in Gen.Choose(1, 90).Two()
            from seed in Gen.Choose(0, int.MaxValue)
            select (new ImageSize(size.Item1, size.Item2), seed),
            given =>
            {
                using var map = DrawnMaps.Noise(given.Item1, classes: 256, given.seed);
                var palette = new Palette([new(1, 2, 3), new(250, 251, 252)]);
                using var file = new MemoryStream();

                ColourPng.Write(map, palette, file);

                var (width, height, pixels) = PngFile.ReadRgb(file.ToArray());
                Assert.Equal(map.Size, new ImageSize(width, height));
                Assert.Equal(map.Labels.ToArray().Select(label => palette[label]).SelectMany(colour => new[] { colour.Red, colour.Green, colour.Blue }), pixels);
            });
}
