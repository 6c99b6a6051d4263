using FcnService.Export.Weights;
using FcnService.Fuzz;

namespace FcnService.Export.Tests.Weights;

public sealed class WeightFileTests : WeightFiles
{
    public static TheoryData<string, int> AllSamples =>
    [
        .. Samples.ByFormat.SelectMany(format => Enumerable.Range(0, format.Value.Length).Select(index => (format.Key, index))),
    ];

    [Theory]
    [MemberData(nameof(AllSamples))]
    public void Open_SoundFile_IsRecognisedByContent(string format, int index)
    {
        File.WriteAllBytes(FilePath, Samples.ByFormat[format][index]);
        using var file = WeightFile.Open(FilePath);

        Assert.Equal(format, file.Format);
        // A checkpoint nests its state_dict.
        var prefix = file.Metadata.Any(entry => entry.Key == "epoch") ? "model." : "";
        Assert.Equal([$"{prefix}a.weight", $"{prefix}a.bias"], file.Tensors.Select(tensor => tensor.Name));
        Assert.EndsWith("2, 3]", file.Tensors[0].Shape.ToString());
        Assert.EndsWith("2]", file.Tensors[1].Shape.ToString());
        Assert.Equal(Samples.Weight, file.ReadFloat32(file.Tensors[0]).Values);
        Assert.Equal(Samples.Bias, file.ReadFloat32(file.Tensors[1]).Values);
    }

    [Theory]
    [MemberData(nameof(AllSamples))]
    public void Open_TruncatedFile_IsRefused(string format, int index)
    {
        var whole = Samples.ByFormat[format][index];
        var expected = Read(whole);
        var refused = 0;
        for (var part = 0; part < 50; part++)
        {
            var truncated = whole[..(whole.Length * part / 50)];
            try
            {
                // Nothing is missing where only a filling was cut off, or what comes after the weights.
                Assert.Equal(expected, Read(truncated));
            }
            catch (ExportException error)
            {
                Assert.StartsWith(FilePath, Assert.Single(error.Faults));
                refused++;
            }
        }

        // A tar archive ends with empty blocks, an ONNX model with its metadata.
        Assert.InRange(refused, format switch { "PyTorch (tar)" => 20, "ONNX" => 40, _ => 50 }, 50);
    }

    [Fact]
    public void Open_EmptyFile_IsRefused() => AssertRefused("weight", "it begins like none of", []);

    [Theory]
    [InlineData("name: \"net\"")]
    [InlineData("<html></html>")]
    public void Open_OtherFile_IsRefused(string text) =>
        AssertRefused("weight", "it begins like none of", System.Text.Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Open_MissingFile_NamesIt()
    {
        var path = FilePath + ".missing";

        Assert.StartsWith($"{path} cannot be read: ", Assert.Throws<ExportException>(() => WeightFile.Open(path)).Message);
    }

    [Fact]
    public void Open_Pipe_SaysThatItCannotBeRead()
    {
        Assert.SkipUnless(Path.Exists("/dev/zero"), "There is no /dev/zero.");

        Assert.StartsWith("/dev/zero ", Assert.Throws<ExportException>(() => WeightFile.Open("/dev/zero")).Message);
    }

    [Fact]
    public void ReadBytes_StridedView_GivesRowMajorBytesOfTheStoredType()
    {
        File.WriteAllBytes(FilePath, Samples.PyTorchCheckpoint());
        using var file = WeightFile.Open(FilePath);

        Assert.Equal(
            [.. Samples.Weight.SelectMany(value => BitConverter.GetBytes(value)[2..])], file.ReadBytes(file.Tensors[0]));
        Assert.Equal([new("epoch", "7")], file.Metadata);
    }

    [Fact]
    public void ReadFloat32_FileCutOffSinceItWasOpened_IsRefused()
    {
        File.WriteAllBytes(FilePath, Samples.TorchSharp());
        using var file = WeightFile.Open(FilePath);
        using (var writer = new FileStream(FilePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            writer.SetLength(20);
        }

        Assert.Contains("it ends at byte 20", Assert.Throws<ExportException>(() => file.ReadFloat32(file.Tensors[0])).Message);
    }

    [Theory]
    [MemberData(nameof(AllSamples))]
    public void Open_MutatedFiles_AreReadOrRefusedInALine(string format, int index)
    {
        var summary = Fuzzer.Run(format, [Samples.ByFormat[format][index]], count: 300, seed: 1);

        Assert.Empty(summary.Violations);
        Assert.Equal(300, summary.Read + summary.Refused);
    }
}
