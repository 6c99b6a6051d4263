using System.Security.Cryptography;
using System.Text.Json;
using FcnService.Export.Weights;

namespace FcnService.Export.Tests.Weights;

/// <summary>Files made by others, against what PyTorch and an independent reader of Caffe make of them.</summary>
public sealed class WeightOracleTests
{
    private const string TarFolder = "torch/burn/crates/burn-store/src/pytorch/tests/reader/test_data";

    [Fact]
    public void Open_EveryTorchFile_AgreesWithPyTorch()
    {
        using var oracle = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("weights", "torch-oracle.json")));
        var compared = 0;
        foreach (var expected in oracle.RootElement.EnumerateObject().Where(file => !file.Value.TryGetProperty("error", out _)))
        {
            using var file = WeightFile.Open(SharedData.Require("weights", expected.Name));
            Assert.Equal(
                expected.Value.GetProperty("tensors").EnumerateArray().Select(TorchLine).Order(StringComparer.Ordinal),
                file.Tensors.Select(tensor => Line(file, tensor)).Order(StringComparer.Ordinal));
            compared++;
        }

        Assert.Equal(66, compared);
    }

    [Fact]
    public void Open_EveryCaffeFile_AgreesWithItsBlobs()
    {
        using var oracle = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("weights", "caffe-oracle.json")));
        var compared = 0;
        foreach (var expected in oracle.RootElement.EnumerateObject())
        {
            using var file = WeightFile.Open(SharedData.Require("weights", expected.Name));
            Assert.Equal("Caffe", file.Format);
            Assert.Contains(new KeyValuePair<string, string>("name", expected.Value.GetProperty("net").GetString()!), file.Metadata);
            Assert.Equal(
                expected.Value.GetProperty("blobs").EnumerateArray().Select(CaffeLine),
                file.Tensors.Select(tensor => Line(file, tensor)));
            compared++;
        }

        Assert.Equal(3, compared);
    }

    [Theory]
    // What PyTorch could not read, unpacked from the archives' storages by other means.
    [InlineData("tar_float32.tar", "tensor F32 [4] 1 2.5 -3.7 0")]
    [InlineData("tar_float64.tar", "tensor F64 [3] 1.1 2.2 3.3")]
    [InlineData("tar_int64.tar", "tensor I64 [4] 100 -200 300 0")]
    [InlineData("tar_2d_tensor.tar", "matrix F32 [3, 4] 1 2 3 4 5 6 7 8 9 10 11 12")]
    [InlineData("tar_weight_bias.tar", "weight F32 [2, 3] 0.1 0.2 0.3 0.4 0.5 0.6", "bias F32 [2] 0.01 0.02")]
    [InlineData("tar_multi_dtype.tar", "float_tensor F32 [3] 1.5 2.5 3.5", "double_tensor F64 [2] 1.111 2.222", "int_tensor I64 [4] 10 20 30 40")]
    public void Open_TarFile_GivesItsTensors(string name, params string[] expected)
    {
        using var file = WeightFile.Open(SharedData.Require("weights", TarFolder, name));

        Assert.Equal("PyTorch (tar)", file.Format);
        Assert.Equal(expected, file.Tensors.Select(tensor =>
            FormattableString.Invariant($"{tensor.Name} {tensor.Type} {tensor.Shape} ") +
            string.Join(' ', file.ReadFloat32(tensor).Values.ToArray().Select(value => FormattableString.Invariant($"{value}")))));
    }

    [Fact]
    public void Open_BrokenFile_SaysThatItIsOfNoKnownFormat()
    {
        var path = SharedData.Require("weights", TarFolder, "broken.pt");

        Assert.StartsWith(
            $"{path} is not a weight file that can be read: it begins like none of PyTorch (zip), ",
            Assert.Throws<ExportException>(() => WeightFile.Open(path)).Message);
    }

    private static string TorchLine(JsonElement tensor) => Line(
        tensor.GetProperty("name").GetString()!,
        tensor.GetProperty("dtype").GetString() switch
        {
            "Double" => ElementType.F64,
            "Float" => ElementType.F32,
            "Half" => ElementType.F16,
            "BFloat16" => ElementType.BF16,
            "Long" => ElementType.I64,
            "Int" => ElementType.I32,
            "Short" => ElementType.I16,
            "Char" => ElementType.I8,
            "Byte" => ElementType.U8,
            "Bool" => ElementType.BOOL,
            var other => throw new InvalidOperationException(other),
        },
        tensor);

    private static string CaffeLine(JsonElement blob) => Line(
        $"{blob.GetProperty("layer").GetString()}.{(blob.GetProperty("blob").GetInt32() == 0 ? "weight" : "bias")}",
        blob.GetProperty("double").GetBoolean() ? ElementType.F64 : ElementType.F32,
        blob);

    private static string Line(string name, ElementType type, JsonElement tensor) =>
        $"{name} {type} [{string.Join(", ", tensor.GetProperty("shape").EnumerateArray())}] {tensor.GetProperty("sha256").GetString()}";

    private static string Line(WeightFile file, StoredTensor tensor) =>
        $"{tensor.Name} {tensor.Type} {tensor.Shape} {Convert.ToHexStringLower(SHA256.HashData(file.ReadBytes(tensor)))}";
}
