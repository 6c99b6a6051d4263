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
        AssertMixed(photo, map, pixels, label => label is 0 or 255 ? 0 : Math.Round(alpha * 256) / 256);
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

        var file = PngFile.WriteRgb(Size.Width, Size.Height, photo);
        var (_, _, pixels) = PngFile.ReadRgb(Write(file, map, Lossless with { Alpha = 0, Outlines = true }));

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

    [Theory]
    [InlineData(333, 601, 1)]
    [InlineData(333, 601, 6)]
    [InlineData(48, 480, 1)]
    [InlineData(61, 17, 1)]
    public void Write_Jpeg_IsTheSameFileWhetherThePhotoWasBegun(int width, int height, int orientation)
    {
        var size = new ImageSize(width, height);
        var file = OrientedPng.Write(width, height, Gradient(size), orientation);
        using var map = DrawnMaps.Shapes(size, classes: 3, seed: 5);
        using var photo = Decoder.Open(file);
        photo.BeginReadInFull();
        using var begun = new MemoryStream();

        new PhotoOverlay(new AnswerOptions(), Contract).Write(photo, map, begun);

        Assert.Equal(Write(file, map, new AnswerOptions()), begun.ToArray());
        using var decoded = Decoder.Open(begun.ToArray());
        Assert.Equal(size, decoded.Size);
        using var pixels = decoded.Decode(size);
        var (_, _, expected) = PngFile.ReadRgb(Write(file, map, Lossless));
        var difference = pixels.Pixels.ToArray().Zip(expected, (one, other) => Math.Abs(one - other)).Average();
        // What quality 85 and chroma at half the size take away.
        Assert.InRange(difference, 0, 6);
    }

    [Fact]
    public void Write_BrokenPhoto_IsRejected()
    {
        var whole = PngFile.WriteRgb(Size.Width, Size.Height, Draw());
        using var map = Map();

        var rejected = Assert.Throws<ImageRejectedException>(() => Write(whole[..(whole.Length / 2)], map, Lossless));

        Assert.Equal(ImageRejection.Undecodable, rejected.Reason);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void Write_PhotoThatWasBegun_GivesTheSamePicture(int orientation)
    {
        var file = OrientedPng.Write(Size.Width, Size.Height, Draw(), orientation);
        using var map = Map();
        using var photo = Decoder.Open(file);
        photo.BeginReadInFull();
        using var begun = new MemoryStream();
        using var again = new MemoryStream();

        new PhotoOverlay(Lossless, Contract).Write(photo, map, begun);
        new PhotoOverlay(Lossless, Contract).Write(photo, map, again);

        Assert.Equal(Write(file, map, Lossless), begun.ToArray());
        Assert.Equal(begun.ToArray(), again.ToArray());
    }

    [Fact]
    public void Write_BrokenPhotoThatWasBegun_IsRejected()
    {
        var whole = PngFile.WriteRgb(Size.Width, Size.Height, Draw());
        using var map = Map();
        using var photo = Decoder.Open(whole.AsMemory(0, whole.Length / 2));
        photo.BeginReadInFull();

        Assert.Throws<ImageRejectedException>(() => new PhotoOverlay(Lossless, Contract).Write(photo, map, Stream.Null));
    }

    [Fact]
    public void Dispose_PhotoThatWasBegunAndNotRead_EndsQuietly()
    {
        var whole = PngFile.WriteRgb(Size.Width, Size.Height, Draw());
        foreach (var file in new[] { whole, whole[..(whole.Length / 2)] })
        {
            var photo = Decoder.Open(file);
            photo.BeginReadInFull();
            photo.Dispose();
        }
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

    private static byte[] Gradient(ImageSize size) =>
    [
        .. from y in Enumerable.Range(0, size.Height)
           from x in Enumerable.Range(0, size.Width)
           from value in new[] { 255 * x / size.Width, 255 * y / size.Height, 255 * (x + y) / (size.Width + size.Height) }
           select (byte)value,
    ];

    private static ClassMap Map()
    {
        var map = DrawnMaps.Shapes(Size, classes: 3, seed: 5);
        map.Row(3)[5..30].Fill(255);
        return map;
    }
}
