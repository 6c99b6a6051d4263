using FcnService.DecoderMemory;
using FcnService.Inference.Geometry;
using FcnService.Load.Harness;

namespace FcnService.Bench;

/// <summary>JPEG photos, as cameras and phones write them: quality 90, chroma at half the size.</summary>
internal static class JpegPhoto
{
    private const double GrainDeviation = 5;

    /// <summary>Draws a photo; equal seeds draw equal ones.</summary>
    public static byte[] Draw(ImageSize size, int seed) => Encode(Photo.Draw(size.Width, size.Height, seed), size);

    /// <summary>Draws a photo with the grain of a sensor, by which its file is as large as a phone's, megabytes for 12 megapixels.</summary>
    public static byte[] DrawWithGrain(ImageSize size, int seed)
    {
        var pixels = Photo.Draw(size.Width, size.Height, seed);
        var random = new Random(seed);
        for (var i = 0; i < pixels.Length; i += 3)
        {
            // Nearly normal: a sum of three.
            var grain = 2 * GrainDeviation * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
            for (var channel = i; channel < i + 3; channel++)
            {
                pixels[channel] = (byte)Math.Clamp(pixels[channel] + grain, 0, 255);
            }
        }

        return Encode(pixels, size);
    }

    /// <summary>Encodes 8-bit RGB pixels, three bytes each.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, ImageSize size)
    {
        Vips.Start();
        var folder = Directory.CreateTempSubdirectory("fcn-bench-");
        try
        {
            var path = Path.Combine(folder.FullName, "photo.jpg");
            var image = Vips.FromRgb(pixels, size.Width, size.Height);
            Vips.Run("jpegsave", image, ("filename", path), ("Q", "90"), ("subsample-mode", "on"));
            return File.ReadAllBytes(path);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
