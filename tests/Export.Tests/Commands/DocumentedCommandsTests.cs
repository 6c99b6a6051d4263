using FcnService.Export.Commands;
using FcnService.Export.Tests.Onnx;
using FcnService.Export.Weights;
using FcnService.Fuzz;

namespace FcnService.Export.Tests.Commands;

/// <summary>
/// The commands of src/Export in the documentation, page by page and as they are typed, in a folder with small stand-ins for the models,
/// weights and photos that they name.
/// </summary>
public sealed class DocumentedCommandsTests : IDisposable
{
    // What makes a network of stand-in weights: five classes at a thirty-second of VGG16's width.
    private const string Small = "--width 0.03125 --fc 16";

    private static readonly (string Command, string Appended)[] Shrunk =
    [
        ("import fcn8s-heavy-pascal.caffemodel ", $"{Small} --classes a,b,c,d,e"),
        ("export fcn8s --upsampling service ", Small),
    ];

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Pages => [.. DocumentedCommand.PagesWith(command => command.IsExport)];

    private string Repository => folder["repository"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Export_CommandsOfAPage_WriteWhatTheyName(string page)
    {
        await Shell.RequireAsync("dotnet --version", "dotnet");
        DrawRepository();
        DrawPhotos();
        await RunAsync($"export fcn8s {Small} --classes voc --output models/deeplabv3-mobilenet-voc21.onnx");
        foreach (var command in DocumentedCommand.Of(page).Where(command => command.IsExport))
        {
            var arguments = command.Arguments;
            var appended = Shrunk.FirstOrDefault(shrunk => arguments.StartsWith(shrunk.Command, StringComparison.Ordinal)).Appended;

            await RunAsync($"{arguments} {appended}");

            var words = arguments.Split(' ');
            if (Array.IndexOf(words, "--output") is var at and >= 0)
            {
                Assert.True(Path.Exists(Path.Combine(Repository, words[at + 1])), command.Text);
            }
        }
    }

    [Fact]
    public async Task Fuzz_Command_FindsNothing()
    {
        await Shell.RequireAsync("dotnet --version", "dotnet");
        Directory.CreateDirectory(Repository);
        var samples = Directory.CreateDirectory(Path.Combine(folder.Path, "shared", "data", "weights"));
        File.WriteAllBytes(Path.Combine(samples.FullName, "a.safetensors"), Samples.ByFormat["safetensors"][0]);
        var command = Assert.Single(DocumentedCommand.All, command => command.Runs("tests/Fuzz"));

        var (exitCode, output) = await Shell.RunAsync(
            $"{DocumentedCommand.Program("Fuzz")} {command.Arguments.Replace("--count 10000", "--count 10", StringComparison.Ordinal)}", Repository);

        Assert.True(exitCode == 0, output);
        Assert.All(output.TrimEnd().Split('\n'), line => Assert.Contains(", violations 0, ", line, StringComparison.Ordinal));
    }

    private async Task RunAsync(string arguments)
    {
        // Neither the program nor a library of it leaves anything there.
        var (home, temporary) = (Directory.CreateDirectory(folder["home"]), Directory.CreateDirectory(folder["temporary"]));
        var (exitCode, output) = await Shell.RunAsync(
            $"HOME='{home}' TMPDIR='{temporary}' dotnet '{typeof(SegmentCommand).Assembly.Location}' {arguments}", Repository);
        Assert.True(exitCode == 0, $"{arguments}\n{output}");
        Assert.Empty(home.EnumerateFileSystemInfos());
        Assert.Empty(temporary.EnumerateFileSystemInfos());
    }

    private void DrawRepository()
    {
        Directory.CreateDirectory(Path.Combine(Repository, "models", "fp32"));
        foreach (var model in (string[])["models/fcn8s-camvid.onnx", "models/fp32/fcn8s-camvid.onnx"])
        {
            File.Copy(Path.Combine(SharedData.Repository, model), Path.Combine(Repository, model));
        }

        // Weights are told by their content.
        var weights = OnnxModels.WithoutZeros(OnnxModels.TinyNetworks["fcn8s original"], seed: 4);
        SafetensorsWriter.Write(Path.Combine(Repository, "fcn8s-heavy-pascal.caffemodel"), weights.Tensors);
    }

    private void DrawPhotos()
    {
        var camvid = Path.Combine(folder.Path, "shared", "data", "camvid");
        var voc = Path.Combine(folder.Path, "shared", "data", "voc");
        foreach (var photo in (string[])
        [
            Path.Combine(Repository, "photos", "a.png"),
            Path.Combine(camvid, "train", "a.png"),
            Path.Combine(camvid, "val", "a.png"),
            Path.Combine(voc, "JPEGImages", "a.jpg"),
        ])
        {
            Write(photo, new Random(1));
        }

        // Label 0 everywhere.
        Write(Path.Combine(camvid, "valannot", "a.png"), null);
        Write(Path.Combine(voc, "SegmentationClass", "a.png"), null);
        File.WriteAllText(Path.Combine(voc, "val.txt"), "a\n");
    }

    private static void Write(string file, Random? noise)
    {
        var pixels = new byte[96 * 64 * 3];
        noise?.NextBytes(pixels);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, PngFile.WriteRgb(96, 64, pixels));
    }
}
