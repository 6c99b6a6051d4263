using FcnService.Bench;
using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;

namespace FcnService.Compare;

/// <summary>The photos that are sent: JPEG, each of the size that its index has.</summary>
internal static class Photos
{
    /// <summary>Draws photos.</summary>
    public static IReadOnlyList<byte[]> Draw(Func<int, ImageSize> sizeOf, int count) =>
        [.. Enumerable.Range(0, count).Select(seed => JpegPhoto.Draw(sizeOf(seed), seed))];

    /// <summary>Takes a folder's first images, whatever their format, and brings them to the sizes.</summary>
    /// <exception cref="ImageRejectedException">A file is no image.</exception>
    /// <exception cref="InvalidDataException">The folder is empty.</exception>
    public static IReadOnlyList<byte[]> Take(DirectoryInfo folder, Func<int, ImageSize> sizeOf, int count)
    {
        var files = folder.EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal).Take(count).ToList();
        return files.Count > 0
            ? [.. files.Select((file, index) => Resize(File.ReadAllBytes(file.FullName), sizeOf(index)))]
            : throw new InvalidDataException($"{folder} is empty; expected photos.");
    }

    private static byte[] Resize(byte[] file, ImageSize size)
    {
        using var image = new ImageDecoder(new ImageLimits()).Open(file);
        using var resized = image.Decode(size);
        return JpegPhoto.Encode(resized.Pixels, size);
    }
}
