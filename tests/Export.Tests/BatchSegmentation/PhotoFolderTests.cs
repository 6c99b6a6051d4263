using FcnService.Export.BatchSegmentation;

namespace FcnService.Export.Tests.BatchSegmentation;

public sealed class PhotoFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void List_PhotosAndOthers_AreToldByTheirNames()
    {
        Touch("b/c/one.JPEG", "b/two.webp", "a.tiff", "b.png", "b/notes.txt", "README", "b/Thumbs.TXT");

        var listed = PhotoFolder.List(folder.Path, except: folder["masks"]);

        Assert.Equal(["a.tiff", "b.png", "b/c/one.JPEG", "b/two.webp"], listed.Photos);
        Assert.Equal((2, 1, 2), (listed.Others.Count, listed.Others[""], listed.Others[".txt"]));
        Assert.True(File.Exists(listed.FullPath("b/c/one.JPEG")));
        Assert.Empty(listed.Failures);
    }

    [Fact]
    public void List_OutputInTheFolder_IsNotLookedInto()
    {
        Touch("a.png", "masks/a.png.png", "masks.of/b.png");

        var listed = PhotoFolder.List(folder.Path, except: $"{folder["masks"]}{Path.DirectorySeparatorChar}");

        Assert.Equal(["a.png", "masks.of/b.png"], listed.Photos);
    }

    [Fact]
    public void List_HiddenFilesAndFolders_ArePassedOver()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there, a dot hides nothing");
        Touch("a.png", "._a.png", ".thumbnails/a.png");

        Assert.Equal(["a.png"], PhotoFolder.List(folder.Path, except: folder["masks"]).Photos);
    }

    [Fact]
    public void List_RootOfAVolume_IsListedWithoutLostAndFound()
    {
        Touch("a.png", "lost+found/a.png", "b/lost+found/a.png");

        Assert.Equal(["a.png", "b/lost+found/a.png"], PhotoFolder.List(folder.Path, except: folder["masks"]).Photos);
    }

    [Fact]
    public void List_LinkToAFolderAbove_IsCountedAndNotFollowed()
    {
        Touch("b/a.png");
        Directory.CreateSymbolicLink(folder["b/above"], folder.Path);
        File.CreateSymbolicLink(folder["linked.png"], folder["b/a.png"]);

        var listed = PhotoFolder.List(folder.Path, except: folder["masks"]);

        Assert.Equal(["b/a.png", "linked.png"], listed.Photos);
        Assert.Equal(1, listed.LinkedFolders);
    }

    [Fact]
    public void List_NoFolder_SaysSo()
    {
        var fault = Assert.Throws<ExportException>(() => PhotoFolder.List(folder["none"], except: folder["masks"]));

        Assert.Equal($"There is no folder {folder["none"]}; expected one with photos.", fault.Message);
    }

    [Fact]
    public void List_NoPhoto_SaysWhatWasLookedFor()
    {
        Touch("notes.txt");

        var fault = Assert.Throws<ExportException>(() => PhotoFolder.List(folder.Path, except: folder["masks"]));

        Assert.StartsWith($"No file in {folder.Path} is named as a photo; expected at least one (.jpg, ", fault.Message);
    }

    private void Touch(params string[] paths)
    {
        foreach (var path in paths)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[path])!);
            File.WriteAllBytes(folder[path], []);
        }
    }
}
