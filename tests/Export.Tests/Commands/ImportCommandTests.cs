using System.CommandLine;
using FcnService.Export.Commands;
using FcnService.Export.Tests.Onnx;
using FcnService.Export.Weights;

namespace FcnService.Export.Tests.Commands;

public sealed class ImportCommandTests : IDisposable
{
    // Five classes and a thirty-second of VGG16's width, as OnnxModels has them.
    private static readonly string[] Size = ["--width", "0.03125", "--fc", "16", "--classes", "a,b,c,d,e"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Import_Weights_WritesTheModelAndSaysTheFormat()
    {
        var (exitCode, output, error) = await RunAsync([Fcn32sWeights(), "--network", "fcn32s", .. Size, "--output", folder["model.onnx"], "--license", "MIT"]);

        Assert.True(exitCode == 0, error);
        Assert.Contains("safetensors", output);
        Assert.Contains("fcn32s, 5 classes", output);
        using var model = WeightFile.Open(folder["model.onnx"]);
        Assert.Contains(model.Metadata, entry => entry.Key == "fcn.description" && entry.Value.Contains("\"license\":\"MIT\""));
    }

    [Fact]
    public async Task Import_InitFrom_SaysWhatStartsFromZeroAndWhatIsLeftOut()
    {
        var (exitCode, output, error) = await RunAsync(["--init-from", Fcn32sWeights(), "--network", "fcn16s", .. Size, "--output", folder["model.onnx"]]);

        Assert.True(exitCode == 0, error);
        Assert.Contains("score_pool4.weight starts from zero", output);
        Assert.Contains("upscore.weight is left out", output);
    }

    [Fact]
    public async Task Import_WeightsOfAnotherNetwork_NamesTheTensorsAndWritesNothing()
    {
        var (exitCode, _, error) = await RunAsync([Fcn32sWeights(), "--network", "fcn16s", .. Size, "--output", folder["model.onnx"]]);

        Assert.Equal(2, exitCode);
        Assert.Contains("Tensor \"score_pool4.weight\" is missing", error);
        Assert.Equal(["weights"], folder.Files);
    }

    [Fact]
    public async Task Import_TruncatedFile_IsOneLineAndWritesNothing()
    {
        var whole = await File.ReadAllBytesAsync(Fcn32sWeights(), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(folder["weights"], whole[..^10], TestContext.Current.CancellationToken);

        var (exitCode, _, error) = await RunAsync([folder["weights"], "--network", "fcn32s", .. Size, "--output", folder["model.onnx"]]);

        Assert.Equal(2, exitCode);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["weights"], folder.Files);
    }

    [Theory]
    [InlineData("--network' is required", "weights", "--output", "a.onnx")]
    [InlineData("expected fcn32s or", "weights", "--network", "unet", "--output", "a.onnx")]
    [InlineData("Expected one file of weights", "--network", "fcn8s", "--output", "a.onnx")]
    [InlineData("Expected one file of weights", "weights", "--init-from", "weights", "--network", "fcn8s", "--output", "a.onnx")]
    [InlineData("fcn-alexnet has original only", "weights", "--network", "fcn-alexnet", "--padding", "same", "--output", "a.onnx")]
    [InlineData("no-such-file cannot be read", "no-such-file", "--network", "fcn8s", "--output", "a.onnx")]
    public async Task Import_WhatCannotBeDone_IsSaid(string said, params string[] arguments)
    {
        var (exitCode, _, error) = await RunAsync(arguments);

        Assert.Equal(2, exitCode);
        Assert.Contains(said, error);
    }

    private string Fcn32sWeights()
    {
        SafetensorsWriter.Write(folder["weights"], OnnxModels.WithoutZeros(OnnxModels.TinyNetworks["fcn32s original"], seed: 4).Tensors);
        return folder["weights"];
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await new RootCommand { ImportCommand.Create() }.RunAsync(["import", .. arguments], output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
