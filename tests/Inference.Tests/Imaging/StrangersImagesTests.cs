using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;

namespace FcnService.Inference.Tests.Imaging;

/// <summary>The decoder on other people's collections: broken, malicious and unusual files.</summary>
public sealed class StrangersImagesTests
{
    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    // Nothing but a picture or a rejection comes out: no other exception, no crash, no message without a sentence.
    [Fact]
    public void Decode_HostileFile_IsAPictureOrARejection()
    {
        var (pictures, rejections) = (0, new List<ImageRejection>());
        foreach (var path in Files("images", "hostile"))
        {
            try
            {
                using var image = Decoder.Open(File.ReadAllBytes(path));
                using var decoded = image.Decode(new ImageSize(50, 40));
                pictures++;
            }
            catch (ImageRejectedException rejected)
            {
                Assert.DoesNotContain('\n', rejected.Message);
                Assert.EndsWith(".", rejected.Message, StringComparison.Ordinal);
                rejections.Add(rejected.Reason);
            }
        }

        // A decoder that rejects everything, or nothing, would show here.
        Assert.True(pictures > 20, $"{pictures} pictures");
        Assert.True(rejections.Count(reason => reason == ImageRejection.Undecodable) > 100, $"{rejections.Count} rejections");
        Assert.Contains(ImageRejection.TooManyPixels, rejections);
        Assert.Contains(ImageRejection.UnsupportedFormat, rejections);
    }

    // PngSuite names its broken files x….
    [Fact]
    public void Decode_PngSuite_RejectsExactlyTheBrokenFiles()
    {
        foreach (var path in Directory.GetFiles(SharedData.Require("images", "pngsuite", "pngsuite"), "*.png"))
        {
            var isBroken = Path.GetFileName(path).StartsWith('x');

            Assert.True(isBroken == IsRejected(path), path);
        }
    }

    // Photos of which the collection holds what another decoder made of them, as a PNG of the same name beside them.
    [Fact]
    public void Decode_UnusualJpeg_LooksAsTheCollectionSays()
    {
        var compared = 0;
        var photos = Files("images", "modes", "jpeg").Where(path => Path.GetExtension(path) == ".jpg");
        foreach (var path in photos.Where(path => File.Exists(Path.ChangeExtension(path, ".png"))))
        {
            using var expected = Decode(Path.ChangeExtension(path, ".png"));
            using var actual = Decode(path);
            Assert.Equal(expected.Size, actual.Size);
            var difference = 0L;
            for (var i = 0; i < expected.Pixels.Length; i++)
            {
                difference += Math.Abs(expected.Pixels[i] - actual.Pixels[i]);
            }

            var average = (double)difference / expected.Pixels.Length;
            Assert.True(average <= Allowed(path), $"{path}: {average:0.0} on average");
            compared++;
        }

        Assert.True(compared > 30, $"{compared} photos");
    }

    // Inks without a profile have no one right colour: decoders differ in how dark they print.
    private static int Allowed(string path) => Path.GetFileName(path) is "jpg-cmyk-1.jpg" or "jpg-cmyk-2.jpg" or "ycck.jpg" ? 40 : 4;

    private static string[] Files(params string[] folder) =>
        [.. Directory.GetFiles(SharedData.Require(folder), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static RgbImage Decode(string path)
    {
        using var image = Decoder.Open(File.ReadAllBytes(path));
        return image.Decode(image.Size);
    }

    private static bool IsRejected(string path)
    {
        try
        {
            Decode(path).Dispose();
            return false;
        }
        catch (ImageRejectedException)
        {
            return true;
        }
    }
}
