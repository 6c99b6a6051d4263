using FcnService.DecoderMemory;
using FcnService.Inference.Geometry;
using FcnService.Load.Harness;

namespace FcnService.Bench;

/// <summary>JPEG photos, as cameras and phones write them: quality 90, chroma at half the size.</summary>
internal static class JpegPhoto
{
    /// <summary>Draws a photo; equal seeds draw equal ones.</summary>
    public static byte[] Draw(ImageSize size, int seed) => Encode(Photo.Draw(size.Width, size.Height, seed), size);

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
