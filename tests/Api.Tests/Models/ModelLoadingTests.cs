using FcnService.Api.Tests.Access;

namespace FcnService.Api.Tests.Models;

public sealed class ModelLoadingTests : IDisposable
{
    // Above which models are large.
    private const long LargeModelBytes = 64_000_000;

    private readonly TemporaryFolder folder = new();

    public ModelLoadingTests()
    {
        folder.Copy(Path.Combine(SharedData.Repository, "models", "fcn8s-camvid.onnx"), "fcn8s-camvid.onnx");
        folder.Copy(folder["fcn8s-camvid.onnx"], "second.onnx");
        // Weights of their own, all hole, make a model large that asks for none.
        MakeLarge("fcn8s-camvid.onnx.data");
        MakeLarge("second.onnx.data");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Start_FolderThatTakesNoGraphs_SaysSoOnceAndWhatHelps()
    {
        folder.Write(".optimized", "a file where the folder would be");
        await using var service = new WithFolder(folder.Path);
        await service.InitializeAsync();

        var line = Assert.Single(service.Log, line => line.Contains("not kept", StringComparison.Ordinal));
        Assert.Contains("fcn8s-camvid, second", line, StringComparison.Ordinal);
        Assert.Contains(folder[".optimized"], line, StringComparison.Ordinal);
        Assert.Contains("volume", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FolderThatTakesGraphs_SaysNothing()
    {
        await using var service = new WithFolder(folder.Path);
        await service.InitializeAsync();

        Assert.Equal(2, Directory.GetDirectories(folder[".optimized"]).Length);
        Assert.DoesNotContain(service.Log, line => line.Contains("not kept", StringComparison.Ordinal));
    }

    private void MakeLarge(string name)
    {
        using var file = File.Create(folder[name]);
        file.SetLength(LargeModelBytes);
    }

    private sealed class WithFolder(string path) : LoggedService
    {
        protected override Dictionary<string, string> Settings => new() { ["Models:Directory"] = path };
    }
}
