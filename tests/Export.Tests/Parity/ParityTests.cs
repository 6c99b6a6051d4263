using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using FcnService.Export.Commands;
using FcnService.Export.Tests.Onnx;
using FcnService.Export.Tests.Reference;

namespace FcnService.Export.Tests.Parity;

/// <summary>
/// Imported models, run by ONNX Runtime, give what OpenCV and PyTorch make of the same two files (tests/Parity/reference.py).
/// </summary>
public sealed class ParityTests : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private const double RelativeTolerance = 1e-4;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Import_EachNetwork_AgreesWithOpenCvAndPyTorch()
    {
        var isInstalled = File.Exists(Python) && External.Run(Python, ["-c", "import cv2, torch"]).ExitCode == 0;
        Assert.SkipUnless(isInstalled, "needs Debian's python3-opencv and python3-torch");
        var reference = External.Run(Python, [Path.Combine(SharedData.Repository, "tests", "Parity", "reference.py"), folder.Path]);
        Assert.True(reference.ExitCode == 0, reference.Error);
        var cases = JsonSerializer.Deserialize<Case[]>(await File.ReadAllTextAsync(folder["cases.json"], TestContext.Current.CancellationToken), Json)!;
        Assert.Equal(5 * 4, cases.Length);

        foreach (var network in cases.GroupBy(one => one.Network))
        {
            foreach (var (weights, frame) in new[]
            {
                ($"{network.Key}.caffemodel", "stored"), ($"{network.Key}.caffemodel", "computed"), ($"{network.Key}.pth", "stored"),
            })
            {
                await ImportAsync(weights, frame, network.First());
                foreach (var one in network)
                {
                    AssertAgrees(one, $"{weights}, frame {frame}");
                }
            }
        }
    }

    private async Task ImportAsync(string weights, string frame, Case one)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await new RootCommand { ImportCommand.Create() }.RunAsync(
            [
                "import", folder[weights], "--network", one.Network, "--frame", frame, "--width", "0.0625", "--fc", $"{one.Fc}",
                "--classes", string.Join(',', Enumerable.Range(0, one.Classes).Select(label => $"class {label}")),
                "--output", folder["model.onnx"],
            ],
            output,
            error);
        Assert.True(exitCode == 0, error.ToString());
    }

    private void AssertAgrees(Case one, string weights)
    {
        var image = new FloatImage(3, one.Height, one.Width, Read($"{one.Name}.image.f32"));
        var logits = OnnxModels.Run(folder["model.onnx"], image).Values;
        foreach (var other in new[] { "opencv", "torch" })
        {
            var expected = Read($"{one.Name}.{other}.f32");
            Assert.Equal(one.Classes * one.Height * one.Width, expected.Length);
            var difference = expected.Zip(logits, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs);
            Assert.True(difference <= RelativeTolerance, $"{weights}, {one.Width}×{one.Height}: differs from {other} by {difference:E1} of its largest value");
        }
    }

    private double[] Read(string name) =>
        [.. MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(folder[name])).ToArray().Select(value => (double)value)];

    /// <summary>An image of reference.py.</summary>
    private sealed record Case(string Network, int Height, int Width, [property: System.Text.Json.Serialization.JsonPropertyName("case")] string Name, int Classes, int Fc);
}
