using FcnService.Inference.Answers;
using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Labels;
using FcnService.Inference.Masks;
using FcnService.Inference.Models;
using FcnService.Inference.Tests.Reference;

namespace FcnService.Inference.Tests.Answers;

public sealed class PhotoOverlayTests
{
    private static readonly ImageSize Size = new(61, 47);
    private static readonly ImageDecoder Decoder = new(new ImageLimits());
    private static readonly AnswerOptions Lossless = new() { OverlayFormat = OverlayFormat.Png };
    private static readonly ModelContract Contract = Contracts.Of("background", "cat", "dog");

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Write_Photo_IsMixedWithTheColoursButForBackgroundAndVoid(double alpha)
    {
        var photo = Draw();
        using var map = Map();
        var (_, _, pixels) = PngFile.ReadRgb(Write(PngFile.WriteRgb(Size.Width, Size.Height, photo), map, Lossless with { Alpha = alpha }));
        AssertMixed(photo, map, pixels, label => label is 0 or 255 ? 0 : alpha);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Write_PhotoInAnyOrientation_IsUpright(int orientation)
    {
        var photo = Draw();
        using var map = Map();
        var file = OrientedPng.Write(Size.Width, Size.Height, photo, orientation);

        var (width, height, pixels) = PngFile.ReadRgb(Write(file, map, Lossless));

        Assert.Equal(Size, new ImageSize(width, height));
        AssertMixed(photo, map, pixels, label => label is 0 or 255 ? 0 : 0.5);
    }

    [Fact]
    public void Write_Outlines_AreInTheFullColour()
    {
        var photo = Draw();
        using var map = new ClassMap(Size);
        map.Labels.Clear();
        for (var y = 10; y < 20; y++)
        {
            map.Row(y)[10..20].Fill(2);
        }

        var (_, _, pixels) = PngFile.ReadRgb(Write(PngFile.WriteRgb(Size.Width, Size.Height, photo), map, Lossless with { Alpha = 0, Outlines = true }));

        var colour = Palette.Voc[2];
        for (var i = 0; i < Size.Pixels; i++)
        {
            var (y, x) = Math.DivRem(i, Size.Width);
            var isOutline = x is >= 10 and < 20 && y is >= 10 and < 20 && (x is 10 or 19 || y is 10 or 19);
            Assert.Equal(isOutline ? [colour.Red, colour.Green, colour.Blue] : photo[(i * 3)..((i * 3) + 3)], pixels[(i * 3)..((i * 3) + 3)]);
        }
    }

    [Theory]
    [InlineData("quadrants.jpg")]
    [InlineData("quadrants-cmyk.jpg")]
    [InlineData("quadrants-grey.jpg")]
    [InlineData("quadrants.webp")]
    [InlineData("quadrants.gif")]
    [InlineData("quadrants.tif")]
    [InlineData("quadrants.avif")]
    [InlineData("wide-gamut.png")]
    [InlineData("broken-profile.png")]
    public void Write_AnyFormat_IsThePhotoWhereNothingCovers(string name)
    {
        using var photo = Decoder.Open(TestImages.Read(name));
        using var expected = photo.Decode(photo.Size);
        using var map = new ClassMap(photo.Size);
        map.Labels.Clear();
        using var file = new MemoryStream();

        new PhotoOverlay(Lossless, Contract).Write(photo, map, file);

        Assert.Equal(expected.Pixels.ToArray(), PngFile.ReadRgb(file.ToArray()).Pixels);
    }

    [Fact]
    public void Write_Jpeg_IsAJpegOfThePhotosSize()
    {
        using var map = Map();
        using var overlay = Decoder.Open(Write(PngFile.WriteRgb(Size.Width, Size.Height, Draw()), map, new AnswerOptions()));

        Assert.Equal((ImageFormat.Jpeg, Size), (overlay.Format, overlay.Size));
    }

    [Fact]
    public void Write_BrokenPhoto_IsRejected()
    {
        var whole = PngFile.WriteRgb(Size.Width, Size.Height, Draw());
        using var map = Map();

        var rejected = Assert.Throws<ImageRejectedException>(() => Write(whole[..(whole.Length / 2)], map, Lossless));

        Assert.Equal(ImageRejection.Undecodable, rejected.Reason);
    }

    // Once more beside each other: libvips' threads share nothing.
    [Fact]
    public void Write_InParallel_GivesTheSamePictures()
    {
        var file = PngFile.WriteRgb(Size.Width, Size.Height, Draw());
        using var map = Map();
        var expected = Write(file, map, Lossless);

        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => Assert.Equal(expected, Write(file, map, Lossless)));
    }

    private static void AssertMixed(byte[] photo, ClassMap map, byte[] pixels, Func<byte, double> coverage)
    {
        for (var i = 0; i < pixels.Length; i++)
        {
            var label = map.Labels[i / 3];
            var colour = Palette.Voc[label];
            var (over, share) = (new[] { colour.Red, colour.Green, colour.Blue }[i % 3], coverage(label));
            Assert.InRange(pixels[i] - ((over * share) + (photo[i] * (1 - share))), -0.501, 0.501);
            Assert.True(share > 0 || pixels[i] == photo[i], "What is not covered stays as it is.");
        }
    }

    private static byte[] Write(byte[] file, ClassMap map, AnswerOptions options)
    {
        using var photo = Decoder.Open(file);
        using var output = new MemoryStream();
        new PhotoOverlay(options, Contract).Write(photo, map, output);
        return output.ToArray();
    }

    private static byte[] Draw()
    {
        var pixels = new byte[Size.Pixels * 3];
        new Random(3).NextBytes(pixels);
        return pixels;
    }

    private static ClassMap Map()
    {
        var map = DrawnMaps.Shapes(Size, classes: 3, seed: 5);
        map.Row(3)[5..30].Fill(255);
        return map;
    }
}
