using System.CommandLine;
using FcnService.Export.Commands;
using FcnService.Fuzz;

namespace FcnService.Export.Tests.Commands;

public sealed class InspectCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Inspect_Weights_ListsMetadataAndTensors()
    {
        var path = folder["a"];
        File.WriteAllBytes(path, Samples.Safetensors());

        var (exitCode, output, error) = Inspect(path);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Equal(
            [
                $"{path}: safetensors",
                "  made: here",
                "tensor    type  shape   values",
                "a.weight  F32   [2, 3]       6",
                "a.bias    F16   [2]          2",
                "2 tensors, 8 values, 28 bytes",
            ],
            output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Inspect_OnnxModel_ListsWhatItSaysAboutItself()
    {
        var path = folder["a"];
        File.WriteAllBytes(path, Samples.Onnx());

        var (exitCode, output, _) = Inspect(path);

        Assert.Equal(0, exitCode);
        Assert.Equal(
            [
                $"{path}: ONNX", "  ir_version: 8", "  producer_name: here", "  input: image F32 [n, 3]", "  nodes: 1", "  opset: 17", "  key: value",
                "tensor    type  shape   values", "a.weight  F32   [2, 3]       6", "a.bias    F32   [2]          2",
                "2 tensors, 8 values, 32 bytes",
            ],
            output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Inspect_BadFile_GivesOneLineAndExitCode2()
    {
        var path = folder["a"];
        File.WriteAllBytes(path, Samples.PyTorchZip()[..^30]);

        var (exitCode, output, error) = Inspect(path);

        Assert.Equal((2, ""), (exitCode, output));
        Assert.StartsWith(
            $"{path} is not a PyTorch (zip) file", Assert.Single(error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public void Inspect_EmptyPath_IsRefused()
    {
        var (exitCode, _, error) = Inspect("");

        Assert.Equal((2, "FILE is empty; expected a file."), (exitCode, error.TrimEnd()));
    }

    private static (int ExitCode, string Output, string Error) Inspect(string path)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = new RootCommand { InspectCommand.Create() }.RunAsync(["inspect", path], output, error).GetAwaiter().GetResult();
        return (exitCode, output.ToString(), error.ToString());
    }
}
