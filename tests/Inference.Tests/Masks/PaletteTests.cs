using FcnService.Inference.Masks;

namespace FcnService.Inference.Tests.Masks;

public sealed class PaletteTests
{
    [Fact]
    public void Voc_TheClassesAndVoid_AreThePublishedColours()
    {
        Rgb[] published =
        [
            new(0, 0, 0), new(128, 0, 0), new(0, 128, 0), new(128, 128, 0), new(0, 0, 128), new(128, 0, 128), new(0, 128, 128),
            new(128, 128, 128), new(64, 0, 0), new(192, 0, 0), new(64, 128, 0), new(192, 128, 0), new(64, 0, 128), new(192, 0, 128),
            new(64, 128, 128), new(192, 128, 128), new(0, 64, 0), new(128, 64, 0), new(0, 192, 0), new(128, 192, 0), new(0, 64, 128),
        ];

        Assert.Equal(published, Palette.Voc.Colours.Take(21));
        Assert.Equal(new Rgb(224, 224, 192), Palette.Voc[255]);
    }

    [Fact]
    public void Voc_All256Colours_Differ() => Assert.Equal(Palette.Size, Palette.Voc.Colours.Distinct().Count());

    [Fact]
    public void Palette_WithOwnColours_GoesOnWithVoc()
    {
        var palette = new Palette([new(1, 2, 3), new(4, 5, 6)]);

        Assert.Equal([new(1, 2, 3), new(4, 5, 6), .. Palette.Voc.Colours.Skip(2)], palette.Colours);
    }

    [Fact]
    public void Palette_With257Colours_IsRefused()
    {
        var refused = Assert.Throws<ArgumentException>(() => new Palette(new Rgb[257]));

        Assert.Contains("at most 256 colours, not 257", refused.Message, StringComparison.Ordinal);
    }
}
