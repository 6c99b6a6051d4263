using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;

namespace FcnService.Inference.Tests.Imaging;

public sealed class RgbImageTests
{
    [Fact]
    public void Row_OfAnImage_IsItsPartOfThePixels()
    {
        using var image = new RgbImage(new ImageSize(2, 3));
        image.Pixels.Clear();
        image.Row(1).Fill(9);

        Assert.Equal([0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 0, 0, 0, 0, 0, 0], image.Pixels.ToArray());
    }

    [Fact]
    public void Pixels_OfADisposedImage_AreOutOfReach()
    {
        var image = new RgbImage(new ImageSize(2, 3));
        image.Dispose();
        // The buffer must not go back to the pool twice.
        image.Dispose();

        Assert.Throws<ObjectDisposedException>(() => image.Pixels.Length);
    }
}
