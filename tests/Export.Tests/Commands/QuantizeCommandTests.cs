using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using FcnService.Export.Commands;
using FcnService.Export.Networks;
using FcnService.Export.Onnx;
using FcnService.Export.Tests.Onnx;
using Google.Protobuf;

namespace FcnService.Export.Tests.Commands;

public sealed partial class QuantizeCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Quantize_DefaultModelOnCamVid_KeepsItsScores()
    {
        var root = SharedData.Require("camvid");

        var (exitCode, output, error) = await RunAsync(
            DefaultModel, "--calibrate", Path.Combine(root, "train"), "--images", "24", "--output", folder["int8.onnx"],
            "--dataset", "camvid", "--root", root, "--split", "val");

        Assert.True(exitCode == 0, error);
        var (before, after) = MeanIU(output);
        Assert.Equal(0.6213, before, 0.005);
        Assert.InRange(after, before - 0.007, 1);
        Assert.Equal(18, output.Split('\n').Count(line => line.TrimEnd().EndsWith("int8", StringComparison.Ordinal)));
        Assert.InRange(new FileInfo(folder["int8.onnx"]).Length, 4_000_000, 5_000_000);
        AssertLabelsAgree(DefaultModel, folder["int8.onnx"], Directory.GetFiles(Path.Combine(root, "val"), "*.png"), 0.98);
    }

    [Fact]
    public async Task Quantize_DrawnPhotos_GivesAModelThatIsServed()
    {
        var model = WriteModel();
        WritePhotos(3);

        var (exitCode, output, error) = await RunAsync(model, "--calibrate", folder["photos"], "--output", folder["int8.onnx"], "--max-error", "1");

        Assert.True(exitCode == 0, error);
        Assert.Matches(@"MB +\d\.\d\d +\d\.\d\d +-\d\.\d\d", output);
        Assert.DoesNotContain("mean IU", output);
        AssertLabelsAgree(model, folder["int8.onnx"], Directory.GetFiles(folder["photos"]), 0.9);
    }

    [Fact]
    public async Task Quantize_Twice_GivesTheSameBytes()
    {
        var model = WriteModel();
        WritePhotos(2);

        await RunAsync(model, "--calibrate", folder["photos"], "--output", folder["a.onnx"], "--max-error", "1");
        await RunAsync(model, "--calibrate", folder["photos"], "--output", folder["b.onnx"], "--max-error", "1");

        Assert.Equal(File.ReadAllBytes(folder["a.onnx"]), File.ReadAllBytes(folder["b.onnx"]));
    }

    [Fact]
    public async Task Quantize_MaxErrorAndKeep_LeaveLayersInFloats()
    {
        var model = WriteModel();
        WritePhotos(2);
        var arguments = new[] { model, "--calibrate", folder["photos"], "--output", folder["int8.onnx"] };
        var (_, all, _) = await RunAsync([.. arguments, "--max-error", "1"]);
        var errors = LayerLine().Matches(all).Where(line => line.Groups["choice"].Value == "int8")
            .ToDictionary(line => line.Groups["layer"].Value, line => Number(line.Groups["error"].Value) / 100);
        Assert.Equal(18, errors.Count);
        var limit = errors.Values.Order().ElementAt(9) + 5e-5;

        var (exitCode, output, error) = await RunAsync([.. arguments, "--max-error", limit.ToString(CultureInfo.InvariantCulture), "--keep", "conv1_2"]);

        Assert.True(exitCode == 0, error);
        var left = LayerLine().Matches(output).Where(line => line.Groups["choice"].Value == "fp32").Select(line => line.Groups["layer"].Value).ToHashSet();
        Assert.Contains("conv1_2", left);
        Assert.InRange(left.Count, 2, 10);
        Assert.All(errors, layer => Assert.True(layer.Key == "conv1_2" || left.Contains(layer.Key) == layer.Value > limit));
        var graph = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder["int8.onnx"])).Graph;
        var floats = graph.Initializer.Where(tensor => tensor.DataType == (int)TensorProto.Types.DataType.Float).Select(tensor => tensor.Name).ToHashSet();
        Assert.Equal(left, graph.Node.Where(node => node.OpType == "Conv" && floats.Contains(node.Input[1])).Select(node => node.Name).ToHashSet());
    }

    [Fact]
    public async Task Quantize_ReduceRange_HasWeightsOfSevenBits()
    {
        var model = WriteModel();
        WritePhotos(1);

        await RunAsync(model, "--calibrate", folder["photos"], "--output", folder["int8.onnx"], "--max-error", "1", "--reduce-range");

        var weights = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder["int8.onnx"])).Graph.Initializer
            .Where(tensor => tensor.DataType == (int)TensorProto.Types.DataType.Int8).SelectMany(tensor => tensor.RawData).Select(value => Math.Abs((int)(sbyte)value));
        Assert.Equal(63, weights.Max());
    }

    [Fact]
    public async Task Quantize_ModelWithSidecar_DescribesItself()
    {
        var model = WriteModel();
        WritePhotos(1);
        folder.Write("float.model.json", """{ "license": "of the sidecar", "maxSide": 64 }""");

        var (exitCode, _, error) = await RunAsync(model, "--calibrate", folder["photos"], "--output", folder["int8.onnx"], "--max-error", "1");

        Assert.True(exitCode == 0, error);
        using var before = ServedModel.Load(model);
        using var after = ServedModel.Load(folder["int8.onnx"]);
        Assert.Equal("of the sidecar", after.Contract.License);
        Assert.Equal(before.Contract.SizePolicy, after.Contract.SizePolicy);
        Assert.Equal(before.Contract.Classes, after.Contract.Classes);
    }

    [Fact]
    public async Task Quantize_FolderWithoutPhotos_SaysSo()
    {
        Directory.CreateDirectory(folder["photos"]);
        folder.Write("photos/notes.jpg", "no photo, whatever its name says");

        await AssertRefusedAsync($"No file in {folder["photos"]} is a photo", WriteModel());
        await AssertRefusedAsync($"There is no folder {folder["none"]}", WriteModel(), "--calibrate", folder["none"]);
    }

    [Fact]
    public async Task Quantize_BrokenPhoto_IsNamed()
    {
        WritePhotos(1);
        File.WriteAllBytes(folder["photos/0.png"], File.ReadAllBytes(folder["photos/0.png"])[..200]);

        await AssertRefusedAsync($"The photo {folder["photos/0.png"]} cannot be calibrated with: ", WriteModel());
    }

    [Fact]
    public async Task Quantize_QuantizedModel_IsRefused()
    {
        var model = WriteModel();
        WritePhotos(1);
        await RunAsync(model, "--calibrate", folder["photos"], "--output", folder["once.onnx"], "--max-error", "1");

        await AssertRefusedAsync("once.onnx is quantized already: it has a QuantizeLinear node", folder["once.onnx"]);
    }

    [Fact]
    public async Task Quantize_ModelsThatDoNotFit_AreRefused()
    {
        WritePhotos(1);

        await AssertRefusedAsync("other.onnx is not an ONNX model", folder.Write("other.onnx", "no model"));
        await AssertRefusedAsync("a.onnx has nothing to quantize", Changed("a.onnx", model => model.Graph.Node.Clear()));
        await AssertRefusedAsync("b.onnx is of operator set 12; expected 13 or later", Changed("b.onnx", model => model.OpsetImport[0].Version = 12));
        await AssertRefusedAsync(
            "c.onnx keeps the tensor \"conv1_1.weight\" in a second file",
            Changed("c.onnx", model => model.Graph.Initializer[0].DataLocation = TensorProto.Types.DataLocation.External));
    }

    [Fact]
    public async Task Quantize_OverTheModel_IsRefused()
    {
        var model = WriteModel();
        WritePhotos(1);
        var before = File.ReadAllBytes(model);

        await AssertRefusedAsync("is the model itself", model, "--output", Path.Combine(folder.Path, "photos", "..", "float.onnx"));

        Assert.Equal(before, File.ReadAllBytes(model));
    }

    [Theory]
    [InlineData("There is no layer \"conv9\" to keep; expected one of: conv1_1, ", "--keep", "conv9")]
    [InlineData("No layer would be quantized", "--max-error", "0")]
    [InlineData("--images is 0; expected 1 to", "--images", "0")]
    [InlineData("--percentile is 50; expected 50.0", "--percentile", "50")]
    [InlineData("--method is \"mean\"; expected percentile or entropy", "--method", "mean")]
    [InlineData("--dataset, --root and --split belong together", "--dataset", "camvid")]
    public async Task Quantize_OptionsThatCannotBe_AreRefused(string fault, params string[] options)
    {
        WritePhotos(1);

        await AssertRefusedAsync(fault, WriteModel(), options);

        Assert.False(File.Exists(folder["int8.onnx"]));
    }

    private static string DefaultModel => Path.Combine(SharedData.Repository, "models", "fp32", "fcn8s-camvid.onnx");

    private string WriteModel()
    {
        var network = Fcn.Fcn8s(classes: 5, width: 1.0 / 16, fcChannels: 32);
        OnnxWriter.Write(folder["float.onnx"], OnnxModels.WithoutZeros(network, seed: 1), OnnxModels.Describe(network));
        return folder["float.onnx"];
    }

    private string Changed(string name, Action<ModelProto> change)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(WriteModel()));
        change(model);
        File.WriteAllBytes(folder[name], model.ToByteArray());
        return folder[name];
    }

    // Soft blobs of colour, with noise.
    private void WritePhotos(int count)
    {
        const int Width = 96, Height = 64;
        Directory.CreateDirectory(folder["photos"]);
        for (var photo = 0; photo < count; photo++)
        {
            var random = new Random(photo);
            var pixels = new byte[Width * Height * 3];
            for (var i = 0; i < pixels.Length; i++)
            {
                var (x, y, channel) = (i / 3 % Width, i / 3 / Width, i % 3);
                pixels[i] = (byte)(100 + (60 * Math.Sin((x + photo) / (5.0 + channel))) + (60 * Math.Cos(y / (7.0 + photo))) + random.Next(30));
            }

            File.WriteAllBytes(folder[$"photos/{photo}.png"], PngFile.WriteRgb(Width, Height, pixels));
        }
    }

    private static void AssertLabelsAgree(string expectedModel, string actualModel, IReadOnlyList<string> photos, double leastShare)
    {
        using var expected = ServedModel.Load(expectedModel);
        using var actual = ServedModel.Load(actualModel);
        var (same, all) = (0L, 0L);
        foreach (var photo in photos)
        {
            using var before = expected.Segment(File.ReadAllBytes(photo));
            using var after = actual.Segment(File.ReadAllBytes(photo));
            all += before.Labels.Labels.Length;
            same += before.Labels.Labels.ToArray().Zip(after.Labels.Labels.ToArray()).Count(pair => pair.First == pair.Second);
        }

        Assert.InRange((double)same / all, leastShare, 1);
    }

    private static (double Before, double After) MeanIU(string output)
    {
        var line = MeanIULine().Match(output);
        Assert.True(line.Success, output);
        return (Number(line.Groups[1].Value), Number(line.Groups[2].Value));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^mean IU +(\S+) +(\S+)", RegexOptions.Multiline)]
    private static partial Regex MeanIULine();

    // The layer, its weights' error, its range, the error that it brings to the output, …, int8 or fp32.
    [GeneratedRegex(@"^(?<layer>\S+) +\S+ % +\S+ +to \S+ +(?<error>\S+) % .*(?<choice>int8|fp32)\s*$", RegexOptions.Multiline)]
    private static partial Regex LayerLine();

    private async Task AssertRefusedAsync(string fault, string model, params string[] options)
    {
        string[] photos = options.Contains("--calibrate") ? [] : ["--calibrate", folder["photos"]];
        string[] output = options.Contains("--output") ? [] : ["--output", folder["int8.onnx"]];

        var (exitCode, _, error) = await RunAsync([model, .. photos, .. output, .. options]);

        Assert.Equal(CommandLine.BadInput, exitCode);
        Assert.Contains(fault, error);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await new RootCommand { QuantizeCommand.Create() }.RunAsync(["quantize", .. arguments], output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
