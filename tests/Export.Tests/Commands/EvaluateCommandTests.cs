using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FcnService.Export.Commands;
using FcnService.Export.Evaluation;

namespace FcnService.Export.Tests.Commands;

public sealed class EvaluateCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Evaluate_DefaultModelOnCamVid_ScoresAsStated()
    {
        var root = SharedData.Require("camvid");

        var result = await EvaluateAsync(FloatModel, "camvid", root, "val");

        // PyTorch, same weights and photos.
        Assert.Equal((26, 26), (result.Photos, result.PhotosInSplit));
        Assert.Equal(0.8982, result.PixelAccuracy, 0.005);
        Assert.Equal(0.7876, result.MeanAccuracy, 0.005);
        Assert.Equal(0.6213, result.MeanIU, 0.005);
        Assert.Equal(0.8395, result.FrequencyWeightedIU, 0.005);
        Assert.Equal(result.MeanIU, result.ClassIU.Average(score => score.IU!.Value), 1e-9);
        AssertDocumented("models/fp32/fcn8s-camvid.onnx", result);
        AssertClassesDocumented(column: 2, result);
    }

    [Fact]
    public async Task Evaluate_DefaultModelInEightBitsOnCamVid_ScoresAsDocumented()
    {
        var result = await EvaluateAsync(DefaultModel, "camvid", SharedData.Require("camvid"), "val");

        AssertDocumented("models/fcn8s-camvid.onnx", result);
        AssertClassesDocumented(column: 1, result);
    }

    [Fact]
    public async Task Evaluate_ThirdPartyModelOnVoc_ScoresAsMeasuredElsewhere()
    {
        var root = SharedData.Require("voc");
        folder.Copy(SharedData.Require("models", "deeplabv3-mobilenet-voc21.onnx"), "deeplab.onnx");
        folder.Write("deeplab.model.json", DocumentationPage.Open("docs/own-model.md").BlockAfter("deeplabv3-mobilenet-voc21.model.json").Text);

        var result = await EvaluateAsync(folder["deeplab.onnx"], "voc", root, Path.Combine(root, "val.txt"));

        // Pillow and ONNX Runtime.
        Assert.Equal(100, result.Photos);
        Assert.Equal(0.8955, result.PixelAccuracy, 0.005);
        Assert.Equal(0.6091, result.MeanAccuracy, 0.01);
        Assert.Equal(0.5339, result.MeanIU, 0.005);
        Assert.Equal(0.8158, result.FrequencyWeightedIU, 0.005);
        AssertDocumented("models/deeplabv3-mobilenet-voc21.onnx", result);
    }

    [Fact]
    public async Task Evaluate_SaveMasks_WritesThem()
    {
        Directory.CreateDirectory(folder["val"]);
        Directory.CreateDirectory(folder["valannot"]);
        File.WriteAllBytes(folder["val/a.png"], PngFile.WriteRgb(40, 30, new byte[40 * 30 * 3]));
        File.WriteAllBytes(folder["valannot/a.png"], PngFile.WriteRgb(40, 30, new byte[40 * 30 * 3]));

        var (exitCode, output, error) = await RunAsync(DefaultModel, "--dataset", "camvid", "--root", folder.Path, "--split", "val", "--save-masks", folder["masks"]);

        Assert.True(exitCode == 0, error);
        Assert.Contains("mean IU", output);
        var mask = PngFile.ReadIndexed(File.ReadAllBytes(folder["masks/a.png"]));
        Assert.Equal((40, 30), (mask.Width, mask.Height));
    }

    [Fact]
    public async Task Evaluate_TruthOfAnotherSize_NamesTheFile()
    {
        Directory.CreateDirectory(folder["val"]);
        Directory.CreateDirectory(folder["valannot"]);
        File.WriteAllBytes(folder["val/a.png"], PngFile.WriteRgb(40, 30, new byte[40 * 30 * 3]));
        File.WriteAllBytes(folder["valannot/a.png"], PngFile.WriteRgb(30, 40, new byte[40 * 30 * 3]));

        var (exitCode, _, error) = await RunAsync(DefaultModel, "--dataset", "camvid", "--root", folder.Path, "--split", "val");

        Assert.Equal(2, exitCode);
        Assert.Contains("a.png is 30×40 pixels; expected 40×30", error);
    }

    [Fact]
    public async Task Evaluate_NoModel_SaysSo()
    {
        var (exitCode, _, error) = await RunAsync(folder.Write("none.onnx", "no model"), "--dataset", "camvid", "--root", folder.Path, "--split", folder.Write("val.txt", "a/b c/d"));

        Assert.Equal(2, exitCode);
        Assert.Contains("none.onnx", error);
    }

    [Fact]
    public async Task Evaluate_Interrupted_PrintsTheScoresSoFar()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "needs signals");
        var start = new ProcessStartInfo(
            "dotnet",
            [typeof(EvaluateCommand).Assembly.Location, "evaluate", DefaultModel, "--dataset", "camvid", "--root", SharedData.Require("camvid"), "--split", "train", "--provider", "cpu"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var provider = await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        // The first line of progress comes after the first photo.
        var firstPhoto = await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);

        // SIGTERM, which takes the same way as Ctrl-C's SIGINT, but which no parent process may have set to be ignored.
        External.Run("kill", ["-TERM", $"{process.Id}"]);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("The network runs on cpu, ", provider);
        Assert.StartsWith("1 of 74 photos", firstPhoto);
        Assert.Equal(CommandLine.Interrupted, process.ExitCode);
        Assert.Matches(@"photos +\d+ of 74", output);
        Assert.DoesNotMatch("photos +74 of 74", output);
        Assert.Contains("mean IU", output);
    }

    private static string DefaultModel => Path.Combine(SharedData.Repository, "models", "fcn8s-camvid.onnx");

    private static string FloatModel => Path.Combine(SharedData.Repository, "models", "fp32", "fcn8s-camvid.onnx");

    // Processors add in different orders, which moves the last digit.
    private static void AssertDocumented(string model, EvaluationResult result)
    {
        var row = Assert.Single(DocumentationPage.Open("docs/accuracy.md").Rows, row => row[0].StartsWith($"`{model}`", StringComparison.Ordinal));
        double[] scores = [result.PixelAccuracy, result.MeanAccuracy, result.MeanIU, result.FrequencyWeightedIU];
        Assert.All(row.Skip(2).Zip(scores), pair => Assert.Equal(double.Parse(pair.First, CultureInfo.InvariantCulture), pair.Second, 0.001));
    }

    private static void AssertClassesDocumented(int column, EvaluationResult result)
    {
        var rows = DocumentationPage.Open("docs/accuracy.md").Rows;
        Assert.All(result.ClassIU, score =>
        {
            var row = Assert.Single(rows, row => row[0] == score.Class);
            Assert.Equal(double.Parse(row[column], CultureInfo.InvariantCulture), score.IU!.Value, 0.001);
        });
    }

    private static async Task<EvaluationResult> EvaluateAsync(string model, string dataset, string root, string split)
    {
        var (exitCode, output, error) = await RunAsync(model, "--dataset", dataset, "--root", root, "--split", split, "--provider", "cpu", "--json");
        Assert.True(exitCode == 0, error);
        return JsonSerializer.Deserialize<EvaluationResult>(output, JsonSerializerOptions.Web)!;
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await new RootCommand { EvaluateCommand.Create() }.RunAsync(["evaluate", .. arguments], output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
