using FcnService.Api.Models;

namespace FcnService.Api.Tests.Models;

public sealed class ModelsOptionsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void FindDirectory_FolderAbove_IsFound()
    {
        var models = Directory.CreateDirectory(folder["models"]);
        var application = Directory.CreateDirectory(folder["src/Api"]);
        Assert.Equal(models.FullName, new ModelsOptions { Directory = "models" }.FindDirectory(application.FullName));
    }

    [Fact]
    public void FindDirectory_FolderBesideAndAbove_TakesTheNearest()
    {
        Directory.CreateDirectory(folder["models"]);
        var application = Directory.CreateDirectory(folder["src/Api"]);
        var nearest = application.CreateSubdirectory("models");
        Assert.Equal(nearest.FullName, new ModelsOptions { Directory = "models" }.FindDirectory(application.FullName));
    }

    [Fact]
    public void FindDirectory_FullPath_IsKept() =>
        Assert.Equal(folder.Path, new ModelsOptions { Directory = folder.Path }.FindDirectory("/"));

    [Fact]
    public void FindDirectory_NowhereThere_NamesTheApplicationsFolder() =>
        Assert.Equal(Path.Combine(folder.Path, "no-such-models"), new ModelsOptions { Directory = "no-such-models" }.FindDirectory(folder.Path));

    public void Dispose() => folder.Dispose();
}
