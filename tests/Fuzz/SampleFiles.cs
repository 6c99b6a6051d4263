using FcnService.Export;
using FcnService.Export.Weights;

namespace FcnService.Fuzz;

/// <summary>The made samples, and those of a folder.</summary>
internal static class SampleFiles
{
    private const long LargestFile = 20_000;

    public static IEnumerable<(string Format, IReadOnlyList<byte[]> Files)> With(string? folder)
    {
        string[] paths = folder is null ? [] : Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        var found = paths.Order(StringComparer.Ordinal).Where(path => new FileInfo(path).Length <= LargestFile).ToLookup(FormatOf);
        return Samples.ByFormat.Select(samples => (
            samples.Key,
            (IReadOnlyList<byte[]>)[.. samples.Value, .. found[samples.Key].Select(File.ReadAllBytes)]));
    }

    private static string FormatOf(string path)
    {
        try
        {
            using var file = WeightFile.Open(path);
            return file.Format;
        }
        catch (ExportException)
        {
            return string.Empty;
        }
    }
}
