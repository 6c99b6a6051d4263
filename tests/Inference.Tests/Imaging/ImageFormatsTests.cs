using System.Text;
using FcnService.Inference.Imaging;

namespace FcnService.Inference.Tests.Imaging;

public sealed class ImageFormatsTests
{
    [Theory]
    [InlineData("quadrants.jpg", ImageFormat.Jpeg)]
    [InlineData("wide-gamut.png", ImageFormat.Png)]
    [InlineData("quadrants.webp", ImageFormat.WebP)]
    [InlineData("quadrants.gif", ImageFormat.Gif)]
    [InlineData("quadrants.tif", ImageFormat.Tiff)]
    [InlineData("quadrants.avif", ImageFormat.Avif)]
    public void Recognize_FileOfAServedFormat_IsThatFormatFromTheFirst64BytesToo(string file, ImageFormat expected)
    {
        var bytes = TestImages.Read(file);

        Assert.Equal(expected, ImageFormats.Recognize(bytes));
        Assert.Equal(expected, ImageFormats.Recognize(bytes.AsSpan(0, 64)));
    }

    [Theory]
    [InlineData("GIF87a", ImageFormat.Gif)]
    [InlineData("II*\0", ImageFormat.Tiff)]
    [InlineData("II+\0", ImageFormat.Tiff)]
    [InlineData("MM\0*", ImageFormat.Tiff)]
    [InlineData("MM\0+", ImageFormat.Tiff)]
    public void Recognize_OtherVersionOrByteOrder_IsTheSameFormat(string start, ImageFormat expected) =>
        Assert.Equal(expected, ImageFormats.Recognize(Encoding.ASCII.GetBytes(start + "rest")));

    [Theory]
    [InlineData("")]
    [InlineData("B")]
    [InlineData("RIFF")]
    [InlineData("RIFF\u0010\0\0\0WAVEfmt ")]
    [InlineData("GIF88a")]
    [InlineData("BM\u0010\0\0\0\0\0\0\0")]
    [InlineData("%PDF-1.7")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("<?xml version='1.0'?><svg/>")]
    [InlineData("\0\0\0\u000cjP  ")]
    [InlineData("II*")]
    public void Recognize_AnythingElse_IsNull(string start) => Assert.Null(ImageFormats.Recognize(Encoding.ASCII.GetBytes(start)));

    [Theory]
    [InlineData("avif", "mif1", ImageFormat.Avif)]
    [InlineData("avis", "msf1", ImageFormat.Avif)]
    [InlineData("mif1", "avif", ImageFormat.Avif)]
    [InlineData("heic", "mif1", null)]
    [InlineData("mif1", "heic", null)]
    [InlineData("isom", "mp42", null)]
    public void Recognize_IsoMediaFile_IsDecidedByItsBrands(string major, string compatible, ImageFormat? expected) =>
        Assert.Equal(expected, ImageFormats.Recognize(FileTypeBox(major, "\0\0\0\0", compatible)));

    [Fact]
    public void Recognize_AvifAsVersionOrBehindTheBox_IsNoBrand()
    {
        Assert.Null(ImageFormats.Recognize(FileTypeBox("heic", "avif", "mif1")));
        Assert.Null(ImageFormats.Recognize([.. FileTypeBox("heic", "\0\0\0\0", "mif1"), .. "avif"u8]));
    }

    [Fact]
    public void Recognize_BoxThatAnnouncesMoreThanThereIs_ReadsWhatThereIs()
    {
        byte[] box = [0xFF, 0xFF, 0xFF, 0xFF, .. "ftypheic"u8, 0, 0, 0];

        Assert.Null(ImageFormats.Recognize(box));
        Assert.Null(ImageFormats.Recognize(box.AsSpan(0, 8)));
    }

    private static byte[] FileTypeBox(string major, string version, string compatible) =>
        [0, 0, 0, 20, .. Encoding.ASCII.GetBytes("ftyp" + major + version + compatible)];
}
