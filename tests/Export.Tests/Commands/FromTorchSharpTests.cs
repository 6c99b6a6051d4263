using System.CommandLine;
using FcnService.Export.Commands;
#if TORCHSHARP
using FcnService.Export.Tests.Onnx;
using FcnService.Export.Torch;
using FcnService.Export.Weights;
#endif

namespace FcnService.Export.Tests.Commands;

public sealed class FromTorchSharpTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

#if TORCHSHARP
    [Fact]
    public async Task Export_StateOfAModule_IsTheModelOfItsWeights()
    {
        var weights = OnnxModels.WithoutZeros(OnnxModels.TinyNetworks["fcn8s-atonce original"], seed: 4);
        using var module = new NetworkModule(weights);
        module.SaveDat(folder["state.dat"]);
        SafetensorsWriter.Write(folder["weights"], weights.Tensors);

        var (exitCode, error) = await ExportAsync("--from-torchsharp", folder["state.dat"], "--output", folder["a.onnx"]);
        Assert.True(exitCode == 0, error);
        (exitCode, error) = await ExportAsync("--weights", folder["weights"], "--output", folder["b.onnx"]);
        Assert.True(exitCode == 0, error);

        Assert.Equal(File.ReadAllBytes(folder["b.onnx"]), File.ReadAllBytes(folder["a.onnx"]));
    }
#else
    [Fact]
    public async Task Export_WithoutTorchSharp_SaysHowToBuildWithIt()
    {
        var (exitCode, error) = await ExportAsync("--from-torchsharp", "state.dat", "--output", folder["a.onnx"]);

        Assert.Equal(2, exitCode);
        Assert.Contains("-p:TorchSharp=true", error);
    }
#endif

    [Fact]
    public async Task Export_TwoSources_AreRefused()
    {
        var (exitCode, error) = await ExportAsync("--from-torchsharp", "state.dat", "--weights", "weights", "--output", folder["a.onnx"]);

        Assert.Equal(2, exitCode);
        Assert.Contains("expected one of them", error);
    }

    private static async Task<(int ExitCode, string Error)> ExportAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await new RootCommand { ExportCommand.Create() }.RunAsync(
            ["export", "fcn8s-atonce", "--padding", "original", "--width", "0.03125", "--fc", "16", "--classes", "a,b,c,d,e", .. arguments], output, error);
        return (exitCode, error.ToString());
    }
}
