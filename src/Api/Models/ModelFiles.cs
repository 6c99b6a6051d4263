using FcnService.Inference.Models;

namespace FcnService.Api.Models;

/// <summary>What the files of a models folder look like at one moment: enough to see that one has changed.</summary>
/// <param name="Stamps">For each model, the lengths and times of its files.</param>
internal sealed record ModelFiles(IReadOnlyDictionary<string, string> Stamps)
{
    /// <summary>Looks at a folder.</summary>
    public static ModelFiles Look(string directory) => new(
        Directory.EnumerateFiles(directory, "*.onnx").ToDictionary(path => Path.GetFileNameWithoutExtension(path), Stamp, StringComparer.Ordinal));

    // The sidecar and the external weights are the model's, too.
    private static string Stamp(string path) => string.Join(' ', new[] { path, ModelSession.SidecarOf(path), $"{path}.data" }
        .Select(file => new FileInfo(file))
        .Select(file => file.Exists ? $"{file.Length}@{file.LastWriteTimeUtc.Ticks}" : "-"));
}
