using FcnService.Api.Models;

namespace FcnService.Api.Tests.Models;

public sealed class ModelsOptionsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("fcn-options-");

    [Fact]
    public void FindDirectory_FolderAbove_IsFound()
    {
        var models = folder.CreateSubdirectory("models");
        var application = folder.CreateSubdirectory("src/Api");
        Assert.Equal(models.FullName, new ModelsOptions { Directory = "models" }.FindDirectory(application.FullName));
    }

    [Fact]
    public void FindDirectory_FolderBesideAndAbove_TakesTheNearest()
    {
        folder.CreateSubdirectory("models");
        var application = folder.CreateSubdirectory("src/Api");
        var nearest = application.CreateSubdirectory("models");
        Assert.Equal(nearest.FullName, new ModelsOptions { Directory = "models" }.FindDirectory(application.FullName));
    }

    [Fact]
    public void FindDirectory_FullPath_IsKept() =>
        Assert.Equal(folder.FullName, new ModelsOptions { Directory = folder.FullName }.FindDirectory("/"));

    [Fact]
    public void FindDirectory_NowhereThere_NamesTheApplicationsFolder() =>
        Assert.Equal(Path.Combine(folder.FullName, "no-such-models"), new ModelsOptions { Directory = "no-such-models" }.FindDirectory(folder.FullName));

    public void Dispose() => folder.Delete(recursive: true);
}
