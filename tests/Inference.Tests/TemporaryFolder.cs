namespace FcnService.Inference.Tests;

/// <summary>An empty folder that is deleted at the end of a test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("fcn-tests-").FullName;

    public string Write(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        File.WriteAllText(path, text);
        return path;
    }

    public string Copy(string file, string name)
    {
        var path = System.IO.Path.Combine(Path, name);
        File.Copy(file, path);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
