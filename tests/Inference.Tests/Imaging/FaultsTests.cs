using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;

namespace FcnService.Inference.Tests.Imaging;

/// <summary>A file of each class of fault in docs/images.md; null is a picture.</summary>
public sealed class FaultsTests
{
    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    [Theory]
    [InlineData("hostile/jpeg/pillow-truncated_jpeg.jpg", ImageRejection.Undecodable)]
    [InlineData("hostile/png/pillow-truncated_image.png", ImageRejection.Undecodable)]
    [InlineData("hostile/webp/selfmade-truncated-1641.webp", ImageRejection.Undecodable)]
    [InlineData("hostile/other/selfmade-jpeg-soi-only.jpg", ImageRejection.Undecodable)]
    [InlineData("hostile/png/pngsuite-xcsn0g01.png", ImageRejection.Undecodable)]
    [InlineData("hostile/png/pngsuite-xdtn0g01.png", ImageRejection.Undecodable)]
    [InlineData("hostile/png/selfmade-bomb-12000x12000-rgb.png", ImageRejection.TooManyPixels)]
    [InlineData("hostile/png/selfmade-bomb-30000x30000-1bit.png", ImageRejection.TooManyPixels)]
    [InlineData("hostile/other/pillow-hopper.heif", ImageRejection.UnsupportedFormat)]
    [InlineData("hostile/other/pillow-hopper.psd", ImageRejection.UnsupportedFormat)]
    [InlineData("hostile/other/selfmade-svg-named.png", ImageRejection.UnsupportedFormat)]
    [InlineData("hostile/other/selfmade-html-named.jpg", ImageRejection.UnsupportedFormat)]
    [InlineData("hostile/bmp/pillow-badbitcount.bmp", ImageRejection.UnsupportedFormat)]
    [InlineData("hostile/jpeg/pillow-invalid-exif.jpg", null)]
    [InlineData("hostile/other/selfmade-jpeg-named.png", null)]
    [InlineData("hostile/other/selfmade-jpeg-plus-zip-polyglot.jpg", null)]
    [InlineData("modes/jpeg/ycck.jpg", null)]
    [InlineData("modes/jpeg/pillow-pil_sample_cmyk.jpg", null)]
    [InlineData("modes/png-gif-webp/pillow-mode_16bit.png", null)]
    [InlineData("modes/png-gif-webp/pillow-iss634.gif", null)]
    [InlineData("modes/jpeg/progressive3.jpg", null)]
    public void Decode_FileOfAClass_GetsItsAnswer(string file, ImageRejection? expected)
    {
        var path = SharedData.Require(["images", .. file.Split('/')]);

        Assert.Equal(expected, Answer(File.ReadAllBytes(path)));
    }

    private static ImageRejection? Answer(byte[] file)
    {
        try
        {
            using var image = Decoder.Open(file);
            using var decoded = image.Decode(new ImageSize(20, 10));
            return null;
        }
        catch (ImageRejectedException rejected)
        {
            return rejected.Reason;
        }
    }
}
