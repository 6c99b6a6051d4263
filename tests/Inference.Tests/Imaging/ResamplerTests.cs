using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;

namespace FcnService.Inference.Tests.Imaging;

public sealed class ResamplerTests
{
    [Theory]
    [InlineData(40, 30, 40, 30)]
    [InlineData(41, 23, 17, 10)]
    [InlineData(100, 3, 7, 50)]
    [InlineData(5, 60, 61, 1)]
    [InlineData(900, 2, 1, 1)]
    public void Add_EveryRow_MakesTheTriangleFiltersAverages(int width, int height, int toWidth, int toHeight)
    {
        var source = new byte[width * height * 3];
        new Random(2).NextBytes(source);
        using var result = Resample(source, new ImageSize(width, height), new ImageSize(toWidth, toHeight));

        for (var y = 0; y < toHeight; y++)
        {
            for (var at = 0; at < toWidth * 3; at++)
            {
                var (sum, total) = (0.0, 0.0);
                for (var i = 0; i < source.Length / 3; i++)
                {
                    var weight = Weight(i % width, width, at / 3, toWidth) * Weight(i / width, height, y, toHeight);
                    sum += weight * source[(i * 3) + (at % 3)];
                    total += weight;
                }

                Assert.InRange(result.Row(y)[at] - (sum / total), -0.51, 0.51);
            }
        }
    }

    // Sums of weights grow with the square of the shrinking; they must not overflow.
    [Theory]
    [InlineData(16_384, 3)]
    [InlineData(3, 16_384)]
    public void Add_LongestSideToOnePixel_KeepsWhite(int width, int height)
    {
        byte[] white = [.. Enumerable.Repeat<byte>(255, width * height * 3)];

        using var result = Resample(white, new ImageSize(width, height), new ImageSize(1, 1));

        Assert.Equal([255, 255, 255], result.Pixels.ToArray());
    }

    private static RgbImage Resample(byte[] source, ImageSize size, ImageSize target)
    {
        var result = new RgbImage(target);
        var resampler = new Resampler(size, result);
        for (var y = 0; y < size.Height; y++)
        {
            resampler.Add(source.AsSpan(y * size.Width * 3, size.Width * 3));
        }

        return result;
    }

    private static double Weight(int sample, int samples, int result, int results)
    {
        var ratio = (double)samples / results;
        return Math.Max(0, 1 - (Math.Abs(sample + 0.5 - ((result + 0.5) * ratio)) / Math.Max(1, ratio)));
    }
}
