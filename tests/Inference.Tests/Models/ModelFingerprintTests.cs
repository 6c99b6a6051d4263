using FcnService.Inference.Models;

namespace FcnService.Inference.Tests.Models;

public sealed class ModelFingerprintTests
{
    [Fact]
    public async Task Begin_EqualFilesElsewhere_AreTheSameModel()
    {
        using var here = new TemporaryFolder();
        using var there = new TemporaryFolder();

        Assert.Equal(await FingerprintAsync(here, "graph", "{}", "weights"), await FingerprintAsync(there, "graph", "{}", "weights"));
    }

    [Fact]
    public async Task Begin_AnyFileThatDiffers_IsAnotherModel()
    {
        using var folder = new TemporaryFolder();
        string[] fingerprints =
        [
            await FingerprintAsync(folder, "graph", null, null),
            await FingerprintAsync(folder, "graph2", null, null),
            await FingerprintAsync(folder, "graph", "{}", null),
            await FingerprintAsync(folder, "graph", "{ }", null),
            await FingerprintAsync(folder, "graph", null, "{}"),
            await FingerprintAsync(folder, "grap", "h", null),
        ];

        Assert.Equal(fingerprints.Length, fingerprints.Distinct().Count());
    }

    [Fact]
    public async Task Begin_FileThatIsReplacedMeanwhile_IsTheOneThatWasThere()
    {
        using var folder = new TemporaryFolder();
        var expected = await FingerprintAsync(folder, "graph", null, null);
        folder.Write("new", "another graph");

        var fingerprint = ModelFingerprint.Begin(folder["model.onnx"]);
        File.Move(folder["new"], folder["model.onnx"], overwrite: true);

        Assert.Equal(expected, await fingerprint);
    }

    private static Task<string> FingerprintAsync(TemporaryFolder folder, string graph, string? sidecar, string? weights)
    {
        Array.ForEach(Directory.GetFiles(folder.Path), File.Delete);
        folder.Write("model.onnx", graph);
        WriteIfAny("model.model.json", sidecar);
        WriteIfAny("model.onnx.data", weights);
        return ModelFingerprint.Begin(folder["model.onnx"]);

        void WriteIfAny(string name, string? text)
        {
            if (text is not null)
            {
                folder.Write(name, text);
            }
        }
    }
}
