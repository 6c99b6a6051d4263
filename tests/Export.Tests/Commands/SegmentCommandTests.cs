using System.CommandLine;
using System.Diagnostics;
using FcnService.Export.Commands;
using FcnService.Inference.Masks;
using FcnService.Inference.Providers;

namespace FcnService.Export.Tests.Commands;

public sealed class SegmentCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static string DefaultModel => Path.Combine(SharedData.Repository, "models", "fcn8s-camvid.onnx");

    private string Masks => folder["masks"];

    [Fact]
    public async Task Segment_RealPhotos_GivesTheServicesMasks()
    {
        var photos = SharedData.Require("camvid", "val");

        var (exitCode, output, error) = await SegmentAsync(photos);

        Assert.True(exitCode == 0, error);
        Assert.Matches(@"^26 photos segmented \([0-9.]+/s\), 0 skipped as finished, 0 failed, 0 left\.", output);
        using var segmenter = ServedModel.Load(DefaultModel);
        foreach (var photo in Directory.GetFiles(photos))
        {
            using var segmentation = segmenter.Segment(await File.ReadAllBytesAsync(photo, TestContext.Current.CancellationToken));
            using var expected = new MemoryStream();
            IndexedPng.Write(segmentation.Labels, segmenter.Contract.Palette, expected);
            Assert.Equal(expected.ToArray(), ReadMask($"{Path.GetFileName(photo)}.png"));
        }
    }

    [Fact]
    public async Task Segment_FoldersInTheFolder_AreKept()
    {
        Draw("photos/a.png", 40, 30);
        Draw("photos/b/c/a.png", 24, 16);
        File.WriteAllBytes(Photo("photos/b/a.jpg"), TestImages.Read("gradient.jpg"));
        File.WriteAllBytes(Photo("photos/b/a.webp"), TestImages.Read("gradient.webp"));

        var (exitCode, _, error) = await SegmentAsync(folder["photos"]);

        Assert.True(exitCode == 0, error);
        Assert.Equal(["a.png.png", "b/a.jpg.png", "b/a.webp.png", "b/c/a.png.png"], MaskFiles());
        Assert.Equal((40, 30), SizeOf("a.png.png"));
        Assert.Equal((24, 16), SizeOf("b/c/a.png.png"));
    }

    [Fact]
    public async Task Segment_SomeFail_DoesTheOthersAndTellsWhich()
    {
        Draw("photos/good.png", 40, 30);
        Draw("photos/large.png", 300, 20);
        folder.Write("photos/empty.jpg", "");
        folder.Write("photos/page.gif", "<html>Not found</html>");
        File.WriteAllBytes(folder["photos/half.png"], File.ReadAllBytes(folder["photos/good.png"])[..100]);

        var (exitCode, output, error) = await SegmentAsync(folder["photos"], "--max-side", "200");

        Assert.Equal(1, exitCode);
        Assert.StartsWith("1 photos segmented", output);
        Assert.Contains("4 failed", output);
        Assert.Equal(["good.png.png"], MaskFiles());
        var failures = error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^4..];
        Assert.StartsWith("empty.jpg: The content is not of an image format that is served here.", failures[0]);
        Assert.StartsWith("half.png: The Png image is broken or truncated", failures[1]);
        Assert.StartsWith("large.png: The image is 300×20 pixels; at most 200 are allowed on a side.", failures[2]);
        Assert.StartsWith("page.gif: The content is not of an image format that is served here.", failures[3]);
    }

    [Fact]
    public async Task Segment_FileTooLong_IsNotRead()
    {
        Draw("photos/a.png", 40, 30);

        var (exitCode, _, error) = await SegmentAsync(folder["photos"], "--max-image-bytes", "50");

        Assert.Equal(1, exitCode);
        Assert.Contains("bytes; at most 50 are allowed.", error);
    }

    [Fact]
    public async Task Segment_RunAgain_DoesOnlyWhatIsNotFinished()
    {
        Draw("photos/a.png", 40, 30);
        Draw("photos/b.png", 24, 16);
        await SegmentAsync(folder["photos"]);
        File.WriteAllText(folder["masks/a.png.png"], "kept as it is");
        File.Delete(folder["masks/b.png.png"]);

        var (exitCode, output, error) = await SegmentAsync(folder["photos"]);

        Assert.True(exitCode == 0, error);
        Assert.StartsWith("1 photos segmented", output);
        Assert.Contains("1 skipped as finished", output);
        Assert.Equal("kept as it is", File.ReadAllText(folder["masks/a.png.png"]));
        Assert.Equal((24, 16), SizeOf("b.png.png"));
    }

    [Fact]
    public async Task Segment_OutputInTheFolder_IsNotSegmentedAgain()
    {
        Draw("photos/a.png", 40, 30);

        foreach (var expected in (string[])["1 photos segmented", "0 photos segmented"])
        {
            var (exitCode, output, error) = await RunAsync("segment", folder["photos"], "--output", folder["photos/masks"], "--model", DefaultModel);
            Assert.True(exitCode == 0, error);
            Assert.StartsWith(expected, output);
        }
    }

    [Fact]
    public async Task Segment_Shards_DoEachPhotoOnce()
    {
        for (var i = 0; i < 12; i++)
        {
            Draw($"photos/{i}.png", 16, 16);
        }

        var counts = new List<int>();
        foreach (var shard in (string[])["0/3", "1/3", "2/3"])
        {
            var (exitCode, output, error) = await SegmentAsync(folder["photos"], "--shard", shard);
            Assert.True(exitCode == 0, error);
            Assert.Contains("0 skipped as finished", output);
            counts.Add(int.Parse(output.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
        }

        Assert.Equal(12, counts.Sum());
        Assert.All(counts, count => Assert.InRange(count, 1, 11));
        Assert.Equal(12, MaskFiles().Count);
    }

    [Fact]
    public async Task Segment_LeftoversOfAKilledRun_AreDeletedAndNotTakenForFinished()
    {
        Draw("photos/a.png", 40, 30);
        Directory.CreateDirectory(Masks);
        folder.Write($"masks/a.png.png.{Guid.NewGuid():N}.tmp", "half a mask");
        var another = $"another.png.png.{Guid.NewGuid():N}.tmp";
        folder.Write($"masks/{another}", "of a photo that is another run's");
        folder.Write("masks/notes.tmp", "somebody's");

        var (exitCode, output, error) = await SegmentAsync(folder["photos"]);

        Assert.True(exitCode == 0, error);
        Assert.StartsWith("1 photos segmented", output);
        Assert.Equal(["a.png.png", another, "notes.tmp"], MaskFiles());
        Assert.Equal((40, 30), SizeOf("a.png.png"));
    }

    [Fact]
    public async Task Segment_Killed_LeavesWholeMasksAndResumes()
    {
        for (var i = 0; i < 60; i++)
        {
            Draw($"photos/{i}.png", 480, 360);
        }

        using (var process = Start(folder["photos"]))
        {
            // What the network runs on; and the first progress, which comes after the first photo.
            await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
            await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var finished = MaskFiles().Where(file => file.EndsWith(".png", StringComparison.Ordinal)).ToList();
        Assert.InRange(finished.Count, 1, 59);
        Assert.All(finished, file => Assert.Equal((480, 360), SizeOf(file)));

        var (exitCode, output, error) = await SegmentAsync(folder["photos"]);

        Assert.True(exitCode == 0, error);
        Assert.StartsWith($"{60 - finished.Count} photos segmented", output);
        Assert.Equal(60, MaskFiles().Count);
        Assert.All(MaskFiles(), file => Assert.Equal((480, 360), SizeOf(file)));
    }

    [Fact]
    public async Task Segment_Interrupted_EndsCleanlyAndSaysWhatIsLeft()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs signals");
        for (var i = 0; i < 60; i++)
        {
            Draw($"photos/{i}.png", 480, 360);
        }

        using var process = Start(folder["photos"]);
        var provider = await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        // A plain line, for this is no terminal; the first comes after the first photo.
        var progress = await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        External.Run("kill", ["-TERM", $"{process.Id}"]);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("The network runs on cpu, ", provider);
        Assert.Matches(@"^1 of 60 photos, [0-9.]+/s, \d+:\d\d left$", progress);
        Assert.Equal(CommandLine.Interrupted, process.ExitCode);
        Assert.Equal($"{MaskFiles().Count} photos segmented", string.Join(' ', output.Split(' ')[..3]));
        Assert.Contains($"0 failed, {60 - MaskFiles().Count} left.", output);
        Assert.All(MaskFiles(), file => Assert.Equal((480, 360), SizeOf(file)));
    }

    [Fact]
    public async Task Segment_NoModelGiven_TakesTheServicesDefault()
    {
        Draw("photos/a.png", 40, 30);
        await SegmentAsync(folder["photos"]);

        var (exitCode, _, error) = await RunAsync("segment", folder["photos"], "--output", folder["others"]);

        Assert.True(exitCode == 0, error);
        Assert.Equal(ReadMask("a.png.png"), File.ReadAllBytes(folder["others/a.png.png"]));
    }

    [Theory]
    [InlineData("--shard", "16/16", "--shard is \"16/16\"; expected I/N with I from 0 to N−1, such as 0/16 to 15/16.")]
    [InlineData("--parallel", "0", "--parallel is 0; expected 1 to 1024.")]
    [InlineData("--threads", "-1", "--threads is -1; expected 0 to 1024.")]
    [InlineData("--max-pixels", "0", "--max-pixels is 0; expected 1 to 500000000.")]
    public async Task Segment_OptionOutOfRange_IsRefusedInASentence(string option, string value, string sentence)
    {
        var (exitCode, _, error) = await SegmentAsync(folder.Path, option, value);

        Assert.Equal((2, sentence), (exitCode, error.TrimEnd()));
    }

    [Fact]
    public async Task Segment_AsSomethingElse_NamesItsFilesSoAndSkipsThemWhenRunAgain()
    {
        Draw("photos/b/a.png", 40, 30);

        (string, string)[] kinds = [("color", ".png"), ("overlay", ".jpg"), ("confidence", ".png"), ("json", ".json"), ("npy", ".npy")];
        foreach (var (kind, extension) in kinds)
        {
            foreach (var expected in (string[])["1 photos segmented", "0 photos segmented"])
            {
                string[] arguments = ["segment", folder["photos"], "--output", folder[kind], "--model", DefaultModel, "--as", kind];
                var (exitCode, output, error) = await RunAsync(arguments);
                Assert.True(exitCode == 0, error);
                Assert.StartsWith(expected, output);
            }

            Assert.Equal([folder[$"{kind}/b/a.png{extension}"]], Directory.GetFiles(folder[kind], "*", SearchOption.AllDirectories));
        }
    }

    [Theory]
    [InlineData("--as", "picture", "--as is 'picture'; expected one of: mask, color, overlay, confidence, json, npy.")]
    [InlineData("--alpha", "2", "--alpha is '2'; expected a number from 0 to 1, as in 0.5.")]
    [InlineData("--regions", "ring", "--regions is 'ring'; expected one of: none, rle, polygons.")]
    [InlineData("--npy", "logits", "--npy is 'logits'; expected one of: labels, probabilities.")]
    [InlineData("--classes", ",", "--classes is ','; expected names of classes with commas between them.")]
    [InlineData("--provider", "gpu", "--provider is \"gpu\"; expected auto or cuda or cpu.")]
    public async Task Segment_UnknownWord_IsRefusedInASentence(string option, string value, string sentence)
    {
        Draw("photos/a.png", 40, 30);

        var (exitCode, _, error) = await RunAsync("segment", folder["photos"], "--output", Masks, option, value);

        Assert.Equal((2, sentence), (exitCode, error.TrimEnd()));
        Assert.False(Directory.Exists(Masks));
    }

    [Fact]
    public async Task Segment_ClassesThatTheModelLacks_AreRefusedBeforeAnythingIsDone()
    {
        Draw("photos/a.png", 40, 30);

        var (exitCode, _, error) = await SegmentAsync(folder["photos"], "--classes", "car,dog");

        Assert.Equal(2, exitCode);
        Assert.Contains("--classes names 'dog', which is no class of the model 'fcn8s-camvid'; it knows: sky, building,", error);
        Assert.False(Directory.Exists(Masks));
    }

    [Fact]
    public async Task Segment_CudaWhereThereIsNone_SaysWhatIsMissing()
    {
        Assert.SkipWhen(ProviderSelection.Select(ProviderChoice.Auto, new CudaSettings()).Provider.Name == "cuda", "needs a machine without CUDA");
        Draw("photos/a.png", 40, 30);

        var (exitCode, _, error) = await RunAsync("segment", folder["photos"], "--output", Masks, "--provider", "cuda");

        Assert.Equal(2, exitCode);
        Assert.StartsWith("--provider is cuda, but ", error);
        Assert.False(Directory.Exists(Masks));
    }

    [Fact]
    public async Task Segment_OutputIsTheFolderOfThePhotos_IsRefused()
    {
        Draw("photos/a.png", 40, 30);

        var (exitCode, _, error) = await RunAsync("segment", folder["photos"], "--output", $"{folder["photos"]}/");

        Assert.Equal(2, exitCode);
        Assert.Contains("the folder of the photos; expected another, which may be in it.", error);
        Assert.Equal(["a.png"], Directory.GetFiles(folder["photos"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Segment_BrokenModel_SaysSoBeforeAnythingIsDone()
    {
        Draw("photos/a.png", 40, 30);

        var (exitCode, _, error) = await RunAsync("segment", folder["photos"], "--output", Masks, "--model", folder.Write("none.onnx", "no model"));

        Assert.Equal(2, exitCode);
        Assert.Contains("none.onnx", error);
        Assert.False(Directory.Exists(Masks));
    }

    private Task<(int ExitCode, string Output, string Error)> SegmentAsync(string photos, params string[] options) =>
        RunAsync(["segment", photos, "--output", Masks, "--model", DefaultModel, "--provider", "cpu", .. options]);

    private Process Start(string photos) => Process.Start(new ProcessStartInfo(
        "dotnet", [typeof(SegmentCommand).Assembly.Location, "segment", photos, "--output", Masks, "--model", DefaultModel, "--provider", "cpu"])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        // A process that is killed would leave its debugger's pipes behind.
        Environment = { ["DOTNET_EnableDiagnostics"] = "0" },
    })!;

    private void Draw(string path, int width, int height)
    {
        var pixels = new byte[width * height * 3];
        new Random(path.Length).NextBytes(pixels);
        File.WriteAllBytes(Photo(path), PngFile.WriteRgb(width, height, pixels));
    }

    private string Photo(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[path])!);
        return folder[path];
    }

    private byte[] ReadMask(string path) => File.ReadAllBytes(Path.Combine(Masks, path));

    private (int Width, int Height) SizeOf(string path)
    {
        var mask = PngFile.ReadIndexed(ReadMask(path));
        return (mask.Width, mask.Height);
    }

    private List<string> MaskFiles() =>
    [
        .. Directory.EnumerateFiles(Masks, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Masks, file).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await new RootCommand { SegmentCommand.Create() }.RunAsync(arguments, output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
