namespace FcnService.Export.Tests;

/// <summary>A folder of a test's own, deleted with everything in it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("fcn-export-").FullName;

    public string this[string file] => System.IO.Path.Combine(Path, file);

    public IReadOnlyList<string> Files => [.. Directory.GetFiles(Path).Select(file => System.IO.Path.GetFileName(file))];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
