namespace FcnService.Inference.Tests.Imaging;

/// <summary>The command of docs/images.md that measures decoding, with its smallest image alone: all of them take minutes.</summary>
public sealed class DecoderMemoryTests
{
    [Fact]
    public async Task Command_SmallestImage_IsDrawnDecodedAndTold()
    {
        await Shell.RequireAsync("true", "a shell");
        using var folder = new TemporaryFolder();
        var command = Assert.Single(DocumentedCommand.All, command => command.Runs("tests/DecoderMemory"));

        var (exitCode, output) = await Shell.RunAsync($"{DocumentedCommand.Program("DecoderMemory")} {command.Arguments} 'photo 500'", folder.Path);

        Assert.True(exitCode == 0, output);
        Assert.Matches(@"\n\| photo 500×375 JPEG \| 500×375 → 500×375 \| [\d.]+ \| [\d.]+ \| -?[\d.]+ \| [\d.]+ \|\n$", output);
        Assert.Equal(["photo-500×375-JPEG.jpg"], Directory.GetFiles(folder["FOLDER"]).Select(Path.GetFileName));
    }
}
