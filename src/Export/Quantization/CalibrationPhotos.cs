using FcnService.Inference.Imaging;

namespace FcnService.Export.Quantization;

/// <summary>The photos of a folder that stand for those that a model will see.</summary>
internal static class CalibrationPhotos
{
    // What telling an image's format takes.
    private const int HeaderBytes = 64;

    /// <summary>Picks photos, told by content, evenly spread over the folder's files in the order of their names.</summary>
    /// <param name="folder">The folder; folders in it are not looked into.</param>
    /// <param name="count">How many, at least 1; all if there are fewer.</param>
    /// <returns>The paths.</returns>
    /// <exception cref="ExportException">There is no such folder, a file cannot be read, or none is a photo.</exception>
    public static IReadOnlyList<string> Pick(string folder, int count)
    {
        if (!Directory.Exists(folder))
        {
            throw new ExportException($"There is no folder {folder}; expected one with photos to calibrate with.");
        }

        var photos = Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Where(IsPhoto).ToList();
        if (photos.Count == 0)
        {
            throw new ExportException($"No file in {folder} is a photo; expected at least one ({ImageFormats.Served}) to calibrate with.");
        }

        var picked = Math.Min(count, photos.Count);
        return [.. Enumerable.Range(0, picked).Select(i => photos[(int)((long)i * photos.Count / picked)])];
    }

    private static bool IsPhoto(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            Span<byte> header = stackalloc byte[HeaderBytes];
            return ImageFormats.Recognize(header[..file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false)]) is not null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ExportException($"{path} cannot be read: {error.Message}", error);
        }
    }
}
