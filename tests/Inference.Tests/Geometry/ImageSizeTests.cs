using FcnService.Inference.Geometry;

namespace FcnService.Inference.Tests.Geometry;

public sealed class ImageSizeTests
{
    [Fact]
    public void Pixels_OfALargeImage_DoNotOverflow() => Assert.Equal(10_000_000_000, new ImageSize(100_000, 100_000).Pixels);

    [Fact]
    public void Scale_HalfAPixel_RoundsUp() => Assert.Equal(new ImageSize(3, 2), new ImageSize(5, 3).Scale(1, 2));

    [Fact]
    public void Scale_ToLessThanAPixel_IsAPixel() => Assert.Equal(new ImageSize(1024, 1), new ImageSize(16_384, 1).Scale(1024, 16_384));

    [Fact]
    public void ToString_AnySize_IsWidthByHeight() => Assert.Equal("480×360", new ImageSize(480, 360).ToString());
}
