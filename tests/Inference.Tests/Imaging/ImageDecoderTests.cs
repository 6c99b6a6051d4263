using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Tests.Reference;
using FsCheck.Fluent;

namespace FcnService.Inference.Tests.Imaging;

public sealed class ImageDecoderTests
{
    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    // Colour type, bits a sample, the two pixels' bytes, and the grey that they stand for.
    public static TheoryData<byte, byte, byte[], byte, byte> GreyPngs => new()
    {
        { 0, 1, [0b0100_0000], 0, 255 },
        { 0, 2, [0b0110_0000], 85, 170 },
        { 0, 4, [0x3C], 51, 204 },
        { 0, 8, [7, 250], 7, 250 },
        { 0, 16, [0x80, 0x00, 0xFF, 0xFF], 128, 255 },
        { 2, 8, [9, 9, 9, 200, 200, 200], 9, 200 },
        { 2, 16, [0, 0, 0, 0, 0, 0, 0x40, 0, 0x40, 0, 0x40, 0], 0, 64 },
        // Over white: 100 at half is (100·128 + 255·127) / 255 = 177.2; what is wholly transparent is white.
        { 4, 8, [100, 128, 100, 0], 177, 255 },
        { 4, 8, [100, 255, 0, 64], 100, 191 },
        { 6, 8, [50, 50, 50, 255, 50, 50, 50, 0], 50, 255 },
        { 4, 16, [0x40, 0, 0xFF, 0xFF, 0x40, 0, 0, 0], 64, 255 },
        { 6, 16, [0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0], 0, 255 },
    };

    [Theory]
    [MemberData(nameof(GreyPngs))]
    public void Decode_PngOfAnyColourTypeAndDepth_IsEightBitRgbOverWhite(byte colourType, byte depth, byte[] row, byte first, byte second)
    {
        var pixels = Decode(PngFile.Write(2, 1, colourType, depth, row.Length, row), new ImageSize(2, 1));

        Assert.Equal([first, first, first, second, second, second], pixels);
    }

    [Theory]
    [InlineData(1, 0b0100_0000, 0, 1)]
    [InlineData(2, 0b1101_0000, 3, 1)]
    [InlineData(4, 0x2F, 2, 15)]
    public void Decode_PngWithPalette_ShowsItsColours(byte depth, byte row, int first, int second)
    {
        // Entry i is (i, 10·i, 100 + i).
        byte[] palette = [.. Enumerable.Range(0, 1 << depth).SelectMany(i => new[] { (byte)i, (byte)(10 * i), (byte)(100 + i) })];

        var pixels = Decode(PngFile.Write(2, 1, colourType: 3, depth, 1, [row], palette: palette), new ImageSize(2, 1));

        Assert.Equal([.. palette[(first * 3)..((first * 3) + 3)], .. palette[(second * 3)..((second * 3) + 3)]], pixels);
    }

    [Fact]
    public void Decode_ColouredTransparency_LiesOverWhiteChannelByChannel()
    {
        byte[] row = [200, 100, 0, 51];

        var pixels = Decode(PngFile.Write(1, 1, colourType: 6, bitDepth: 8, 4, row), new ImageSize(1, 1));

        // A fifth of the colour, four fifths of white.
        Assert.Equal([244, 224, 204], pixels);
    }

    [Fact]
    public void Decode_RgbPngAtItsOwnSize_KeepsEveryByte()
    {
        var drawn = Noise(37 * 23 * 3);

        Assert.Equal(drawn, Decode(PngFile.WriteRgb(37, 23, drawn), new ImageSize(37, 23)));
    }

    [Fact]
    public void Open_MoreFramesThanLibvipsFindsPlausible_IsRefused()
    {
        // One black pixel, 10,001 times: header, screen of two colours, and a frame of clear, 0 and end code each.
        byte[] frame = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 0x01, 0];
        byte[] file =
        [
            .. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255,
            .. Enumerable.Repeat(frame, 10_001).SelectMany(part => part), 0x3B,
        ];

        var rejected = Assert.Throws<ImageRejectedException>(() => new ImageDecoder(new ImageLimits()).Open(file));

        Assert.Equal(ImageRejection.TooManyFrames, rejected.Reason);
        Assert.Contains("10001 frames", rejected.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quadrants.jpg", 1, 4)]
    [InlineData("quadrants.webp", 1, 8)]
    [InlineData("quadrants.gif", 1, 0)]
    [InlineData("quadrants.tif", 1, 0)]
    [InlineData("quadrants.avif", 1, 6)]
    [InlineData("three-frames.gif", 3, 0)]
    [InlineData("three-frames.webp", 3, 0)]
    [InlineData("three-pages.tif", 3, 0)]
    public void Decode_FileOfEachFormat_ShowsTheFirstFrame(string file, int frames, int tolerance)
    {
        using var image = Decoder.Open(TestImages.Read(file));
        using var decoded = image.Decode(new ImageSize(48, 32));

        Assert.Equal(new ImageSize(48, 32), image.Size);
        Assert.Equal(frames, image.Frames);
        AssertQuadrants(decoded, tolerance, [(200, 40, 40), (40, 180, 60), (50, 70, 210), (240, 240, 240)]);
    }

    [Fact]
    public void Decode_GreyJpeg_HasThreeEqualBands()
    {
        using var image = Decoder.Open(TestImages.Read("quadrants-grey.jpg"));
        using var decoded = image.Decode(image.Size);

        // 0.299 R + 0.587 G + 0.114 B of the quadrants' colours.
        AssertQuadrants(decoded, 2, [(88, 88, 88), (124, 124, 124), (80, 80, 80), (240, 240, 240)]);
    }

    [Fact]
    public void Decode_CmykJpeg_KeepsItsColoursApart()
    {
        using var image = Decoder.Open(TestImages.Read("quadrants-cmyk.jpg"));
        using var decoded = image.Decode(image.Size);

        // There is no one right answer without a profile; inverted inks would make the red quadrant the complement.
        var (red, green, blue, white) = (At(decoded, 12, 8), At(decoded, 36, 8), At(decoded, 12, 24), At(decoded, 36, 24));
        Assert.True(red.Red > red.Green + 30 && red.Red > red.Blue + 30, $"{red}");
        Assert.True(green.Green > green.Red + 30 && green.Green > green.Blue + 30, $"{green}");
        Assert.True(blue.Blue > blue.Red + 30 && blue.Blue > blue.Green + 30, $"{blue}");
        Assert.True(Math.Min(white.Red, Math.Min(white.Green, white.Blue)) > 225, $"{white}");
    }

    [Theory]
    [InlineData("wide-gamut.png", 1)]
    [InlineData("wide-gamut.jpg", 4)]
    public void Decode_ImageWithWideGamutProfile_IsConvertedToSrgb(string file, int tolerance)
    {
        using var image = Decoder.Open(TestImages.Read(file));
        using var decoded = image.Decode(image.Size);

        // What Little CMS makes of the stripes (120, 160, 90), (200, 90, 80), (70, 110, 180), (128, 128, 128) under the file's profile.
        AssertNear((99, 161, 85), At(decoded, 8, 8), tolerance);
        AssertNear((228, 90, 78), At(decoded, 24, 8), tolerance);
        AssertNear((37, 110, 184), At(decoded, 40, 8), tolerance);
        AssertNear((129, 129, 129), At(decoded, 56, 8), tolerance);
    }

    [Fact]
    public void Decode_ImageWithBrokenProfile_IsTakenAsSrgb()
    {
        using var image = Decoder.Open(TestImages.Read("broken-profile.png"));
        using var decoded = image.Decode(image.Size);

        AssertNear((120, 160, 90), At(decoded, 8, 8), 0);
        AssertNear((70, 110, 180), At(decoded, 40, 8), 0);
    }

    [Fact]
    public void Open_UnknownContent_SaysWhatIsServed()
    {
        var rejected = Assert.Throws<ImageRejectedException>(() => Decoder.Open("<svg/>"u8.ToArray()));

        Assert.Equal(ImageRejection.UnsupportedFormat, rejected.Reason);
        Assert.Contains("JPEG, PNG, WebP, GIF, TIFF, AVIF", rejected.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SideOverTheLimit_IsRejectedFromTheHeader()
    {
        var rejected = Assert.Throws<ImageRejectedException>(() => Decoder.Open(PngFile.WriteWithoutPixels(20_000, 3)));

        Assert.Equal(ImageRejection.TooManyPixels, rejected.Reason);
        Assert.Contains("20000×3", rejected.Message, StringComparison.Ordinal);
        Assert.Contains("16384", rejected.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_PixelsOverTheLimit_IsRejectedFromTheHeader()
    {
        var rejected = Assert.Throws<ImageRejectedException>(() => Decoder.Open(PngFile.WriteWithoutPixels(10_000, 5_001)));

        Assert.Equal(ImageRejection.TooManyPixels, rejected.Reason);
        Assert.Contains("10000×5001 = 50010000", rejected.Message, StringComparison.Ordinal);
        Assert.Contains("50000000", rejected.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ExactlyAtTheLimits_IsTaken()
    {
        var decoder = new ImageDecoder(new ImageLimits(MaxSide: 48, MaxPixels: 48 * 32, MaxFrames: 3));

        using var image = decoder.Open(TestImages.Read("three-frames.gif"));

        Assert.Equal(new ImageSize(48, 32), image.Size);
    }

    [Theory]
    [InlineData("three-frames.gif")]
    [InlineData("three-frames.webp")]
    [InlineData("three-pages.tif")]
    public void Open_FramesOverTheLimit_SaysBothNumbers(string file)
    {
        var decoder = new ImageDecoder(new ImageLimits(MaxFrames: 2));

        var rejected = Assert.Throws<ImageRejectedException>(() => decoder.Open(TestImages.Read(file)));

        Assert.Equal(ImageRejection.TooManyFrames, rejected.Reason);
        Assert.Contains("3 frames; at most 2", rejected.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quadrants.webp", 5)]
    [InlineData("quadrants.gif", 6)]
    [InlineData("quadrants.avif", 16)]
    public void Open_FormatThatIsHeldWhole_IsRejectedByWhatItTakes(string file, int bytesPerPixel)
    {
        var bytes = 48 * 32 * bytesPerPixel;
        new ImageDecoder(new ImageLimits(MaxDecodedBytes: bytes)).Open(TestImages.Read(file)).Dispose();

        var rejected = Assert.Throws<ImageRejectedException>(
            () => new ImageDecoder(new ImageLimits(MaxDecodedBytes: bytes - 1)).Open(TestImages.Read(file)));

        Assert.Equal(ImageRejection.TooManyPixels, rejected.Reason);
        Assert.Contains($"{bytes} bytes; at most {bytes - 1}", rejected.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quadrants.jpg")]
    [InlineData("quadrants.tif")]
    [InlineData("wide-gamut.png")]
    public void Open_FormatThatIsReadRowByRow_IsTakenWhateverItsSize(string file) =>
        new ImageDecoder(new ImageLimits(MaxDecodedBytes: 0)).Open(TestImages.Read(file)).Dispose();

    [Theory]
    [InlineData("modes", "jpeg", "progressive3.jpg")]
    [InlineData("pngsuite", "pngsuite", "basi2c16.png")]
    public void Open_InterlacedPicture_CountsAsHeldWhole(string collection, string folder, string file)
    {
        var bytes = File.ReadAllBytes(SharedData.Require("images", collection, folder, file));
        long held;
        using (var image = Decoder.Open(bytes))
        {
            held = image.Size.Pixels * 6;
        }

        new ImageDecoder(new ImageLimits(MaxDecodedBytes: held)).Open(bytes).Dispose();
        var rejected = Assert.Throws<ImageRejectedException>(
            () => new ImageDecoder(new ImageLimits(MaxDecodedBytes: held - 1)).Open(bytes));

        Assert.Equal(ImageRejection.TooManyPixels, rejected.Reason);
    }

    [Theory]
    [InlineData("gradient.jpg")]
    [InlineData("wide-gamut.png")]
    [InlineData("gradient.webp")]
    [InlineData("quadrants.gif")]
    [InlineData("quadrants.tif")]
    [InlineData("quadrants.avif")]
    public void Decode_TruncatedFile_IsUndecodable(string file)
    {
        var whole = TestImages.Read(file);

        AssertUndecodable(whole[..(whole.Length / 4)]);
        AssertUndecodable(whole[..(whole.Length / 2)]);
        AssertUndecodable(whole[..(whole.Length * 3 / 4)]);
    }

    [Fact]
    public void Decode_PngWithAChangedByte_IsUndecodable()
    {
        var file = PngFile.WriteRgb(64, 64, Noise(64 * 64 * 3));
        file[file.Length / 2] ^= 0xFF;

        AssertUndecodable(file);
    }

    [Fact]
    public void Decode_HeaderWithoutPixels_IsUndecodable() => AssertUndecodable(PngFile.WriteWithoutPixels(40, 30));

    [Theory]
    [InlineData(512, 384)]
    [InlineData(256, 192)]
    [InlineData(128, 96)]
    [InlineData(100, 75)]
    [InlineData(32, 24)]
    [InlineData(700, 20)]
    public void Decode_LargeImageToASmallSize_AveragesAsABoxDoes(int width, int height)
    {
        foreach (var file in new[] { "gradient.jpg", "gradient.webp" })
        {
            using var image = Decoder.Open(TestImages.Read(file));
            using var decoded = image.Decode(new ImageSize(width, height));
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    // The average over a box of a linear gradient is its value at the box's middle.
                    var red = ((((x + 0.5) * 1024 / width) - 0.5) * 255) / 1023;
                    var green = ((((y + 0.5) * 768 / height) - 0.5) * 255) / 767;
                    AssertNear(((int)Math.Round(red), (int)Math.Round(green), 128), At(decoded, x, y), 5, $"{file} at {x}, {y}");
                }
            }
        }
    }

    // A photo has detail, which is lost if it is first shrunk below the size asked for and then enlarged.
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(12)]
    public void Decode_PhotoShrunk_IsTheBoxAverageOfTheWholePhoto(int factor)
    {
        using var image = Decoder.Open(File.ReadAllBytes(SharedData.Require("images", "exif", "Landscape_1.jpg")));
        using var whole = image.Decode(image.Size);
        var size = image.Size.Scale(1, factor);
        using var shrunk = image.Decode(size);
        var difference = 0.0;
        for (var y = 0; y < size.Height; y++)
        {
            for (var at = 0; at < size.Width * 3; at++)
            {
                var (x, channel) = (at / 3, at % 3);
                var sum = 0;
                for (var i = 0; i < factor * factor; i++)
                {
                    sum += whole.Row((y * factor) + (i / factor))[(((x * factor) + (i % factor)) * 3) + channel];
                }

                difference += Math.Abs(((double)sum / (factor * factor)) - shrunk.Row(y)[at]);
            }
        }

        var average = difference / (size.Pixels * 3);
        // The decoder's filter is a triangle, a little softer than a box; enlarging from half the size differs by 6 and more.
        Assert.True(average < 3.5, $"{average:0.00} on average");
    }

    [Fact]
    public void Decode_AnySizeToAnySize_KeepsAPlainColour() =>
        Property.Holds(
            Gen.Choose(1, 50).Four(),
            sizes =>
            {
                var (width, height, toWidth, toHeight) = sizes;
                byte[] drawn = [.. Enumerable.Repeat<byte[]>([30, 140, 220], width * height).SelectMany(colour => colour)];

                var pixels = Decode(PngFile.WriteRgb(width, height, drawn), new ImageSize(toWidth, toHeight));

                Assert.Equal(Enumerable.Repeat<byte[]>([30, 140, 220], toWidth * toHeight).SelectMany(colour => colour), pixels);
            });

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 7)]
    [InlineData(1000, 1)]
    [InlineData(1, 1000)]
    [InlineData(257, 255)]
    public void Decode_FileOfEachFormatToExactlyASize_HasThatSize(int width, int height)
    {
        string[] files =
        [
            "quadrants.jpg", "quadrants.webp", "quadrants.gif", "quadrants.tif", "quadrants.avif", "gradient.jpg", "gradient.webp",
        ];
        foreach (var file in files)
        {
            Assert.Equal(width * height * 3, Decode(TestImages.Read(file), new ImageSize(width, height)).Length);
        }
    }

    [Theory]
    [InlineData(40, 24, 40, 24)]
    [InlineData(41, 23, 41, 23)]
    [InlineData(41, 23, 17, 10)]
    [InlineData(64, 64, 9, 31)]
    [InlineData(31, 64, 62, 100)]
    [InlineData(1, 9, 1, 5)]
    public void Decode_OnePictureInEightOrientations_IsOnePicture(int width, int height, int toWidth, int toHeight)
    {
        var drawn = Noise(width * height * 3);
        var expected = Decode(PngFile.WriteRgb(width, height, drawn), new ImageSize(toWidth, toHeight));
        for (var orientation = 1; orientation <= 8; orientation++)
        {
            using var image = Decoder.Open(OrientedPng.Write(width, height, drawn, orientation));
            using var decoded = image.Decode(new ImageSize(toWidth, toHeight));

            Assert.Equal(new ImageSize(width, height), image.Size);
            Assert.True(decoded.Pixels.SequenceEqual(expected), $"orientation {orientation}");
        }
    }

    [Fact]
    public void Decode_InParallel_GivesTheSameBytes()
    {
        byte[][] files =
        [
            TestImages.Read("gradient.jpg"), TestImages.Read("gradient.webp"), TestImages.Read("quadrants.avif"),
            TestImages.Read("quadrants.tif"), TestImages.Read("wide-gamut.png"), TestImages.Read("three-frames.gif"),
        ];
        var expected = files.Select(file => Decode(file, new ImageSize(70, 50))).ToArray();

        Parallel.For(0, 300, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
            Assert.Equal(expected[i % files.Length], Decode(files[i % files.Length], new ImageSize(70, 50))));
    }

    private static byte[] Decode(byte[] file, ImageSize target)
    {
        using var image = Decoder.Open(file);
        using var decoded = image.Decode(target);
        Assert.Equal(target, decoded.Size);
        return decoded.Pixels.ToArray();
    }

    private static void AssertUndecodable(byte[] file)
    {
        var rejected = Assert.Throws<ImageRejectedException>(() =>
        {
            using var image = Decoder.Open(file);
            image.Decode(image.Size).Dispose();
        });
        Assert.Equal(ImageRejection.Undecodable, rejected.Reason);
        // What the decoder says, if anything, comes after it on the same line.
        Assert.Matches(@"^The \w+ image is broken or truncated(; the decoder said: [^\n]*[^\n:; .][^\n]*)?\.$", rejected.Message);
    }

    // The middles of the quadrants: at their edges lossy formats blur.
    private static void AssertQuadrants(RgbImage image, int tolerance, (int, int, int)[] colours)
    {
        AssertNear(colours[0], At(image, 12, 8), tolerance);
        AssertNear(colours[1], At(image, 36, 8), tolerance);
        AssertNear(colours[2], At(image, 12, 24), tolerance);
        AssertNear(colours[3], At(image, 36, 24), tolerance);
    }

    private static (byte Red, byte Green, byte Blue) At(RgbImage image, int x, int y)
    {
        var pixel = image.Row(y).Slice(x * 3, 3);
        return (pixel[0], pixel[1], pixel[2]);
    }

    private static void AssertNear(
        (int Red, int Green, int Blue) expected, (byte Red, byte Green, byte Blue) actual, int tolerance, string where = "")
    {
        var difference = Math.Max(
            Math.Abs(expected.Red - actual.Red),
            Math.Max(Math.Abs(expected.Green - actual.Green), Math.Abs(expected.Blue - actual.Blue)));
        Assert.True(difference <= tolerance, $"{actual} instead of {expected} ± {tolerance} {where}");
    }

    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
