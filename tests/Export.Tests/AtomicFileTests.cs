namespace FcnService.Export.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Write_ExistingFile_ReplacesItWhenComplete()
    {
        File.WriteAllText(folder["file"], "before");

        AtomicFile.Write(folder["file"], stream =>
        {
            stream.Write("after"u8);
            Assert.Equal("before", File.ReadAllText(folder["file"]));
        });

        Assert.Equal("after", File.ReadAllText(folder["file"]));
        Assert.Equal(["file"], folder.Files);
    }

    [Fact]
    public void Write_DiskFails_SaysSoAndLeavesNothing()
    {
        var fault = Assert.Throws<ExportException>(() => AtomicFile.Write(folder["file"], stream =>
        {
            stream.Write("half"u8);
            throw new IOException("No space left");
        }));

        Assert.Equal($"{folder["file"]} cannot be written: No space left", fault.Message);
        Assert.Empty(folder.Files);
    }

    [Fact]
    public void Write_AnyOtherFailure_LeavesTheFileThatWasThere()
    {
        File.WriteAllText(folder["file"], "before");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder["file"], stream =>
        {
            stream.Write("half"u8);
            throw new InvalidOperationException();
        }));

        Assert.Equal("before", File.ReadAllText(folder["file"]));
        Assert.Equal(["file"], folder.Files);
    }

    [Fact]
    public void Write_NoSuchFolder_NamesIt()
    {
        var fault = Assert.Throws<ExportException>(() => AtomicFile.Write(folder["none/file"], _ => { })).Message;

        Assert.Equal($"{folder["none/file"]} cannot be written: there is no folder {folder["none"]}; expected one that exists.", fault);
    }

    [Fact]
    public void Write_PathIsAFolder_SaysSo()
    {
        var fault = Assert.Throws<ExportException>(() => AtomicFile.Write(folder.Path, _ => { })).Message;

        Assert.Equal($"{folder.Path} cannot be written: it is a folder; expected a file.", fault);
    }

    [Fact]
    public void WriteTogether_SecondFails_LeavesBothAsTheyWere()
    {
        File.WriteAllText(folder["data"], "old data");
        File.WriteAllText(folder["model"], "old model");

        var fault = Assert.Throws<ExportException>(() => AtomicFile.WriteTogether(
            (folder["data"], stream => stream.Write("new data"u8)),
            (folder["model"], _ => throw new IOException("No space left")))).Message;

        Assert.Equal($"{folder["model"]} cannot be written: No space left", fault);
        Assert.Equal(["data", "model"], folder.Files.Order());
        Assert.Equal(("old data", "old model"), (File.ReadAllText(folder["data"]), File.ReadAllText(folder["model"])));
    }

    [Fact]
    public void WriteTogether_Success_ReplacesBothAndLeavesNothingElse()
    {
        File.WriteAllText(folder["model"], "old model");

        AtomicFile.WriteTogether(
            (folder["data"], stream => stream.Write("new data"u8)), (folder["model"], stream => stream.Write("new model"u8)));

        Assert.Equal(["data", "model"], folder.Files.Order());
        Assert.Equal(("new data", "new model"), (File.ReadAllText(folder["data"]), File.ReadAllText(folder["model"])));
    }

    [Fact]
    public void WriteTogether_OneIsAFolder_WritesNeither()
    {
        Directory.CreateDirectory(folder["model"]);

        var fault = Assert.Throws<ExportException>(() => AtomicFile.WriteTogether(
            (folder["data"], stream => stream.Write("new data"u8)), (folder["model"], stream => stream.Write("new model"u8)))).Message;

        Assert.Equal($"{folder["model"]} cannot be written: it is a folder; expected a file.", fault);
        Assert.Empty(folder.Files);
    }

    [Fact]
    public void WriteTogether_FirstCannotBePutInPlace_LeavesTheOldSecond()
    {
        File.WriteAllText(folder["model"], "old model");

        var fault = Assert.Throws<ExportException>(() => AtomicFile.WriteTogether(
            (folder["data"], stream => stream.Write("new data"u8)),
            (folder["model"], _ => Directory.CreateDirectory(folder["data"])))).Message;

        Assert.StartsWith($"{folder["data"]} cannot be written: ", fault);
        Assert.Equal(["model"], folder.Files);
        Assert.Equal("old model", File.ReadAllText(folder["model"]));
    }

    [Fact]
    public void WriteTogether_SecondCannotBePutInPlace_LeavesNothingNew()
    {
        var fault = Assert.Throws<ExportException>(() => AtomicFile.WriteTogether(
            (folder["data"], stream => stream.Write("new data"u8)),
            (folder["model"], _ => Directory.CreateDirectory(folder["model"])))).Message;

        Assert.StartsWith($"{folder["model"]} cannot be written: ", fault);
        Assert.Empty(folder.Files);
    }
}
