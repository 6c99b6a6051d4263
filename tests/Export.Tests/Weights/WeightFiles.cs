using FcnService.Export.Weights;

namespace FcnService.Export.Tests.Weights;

/// <summary>Writes files of weights and tells what is read of them.</summary>
public abstract class WeightFiles : IDisposable
{
    private readonly TemporaryFolder folder = new();

    internal string FilePath => folder["weights"];

    public void Dispose()
    {
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Each tensor as its name, type, shape and values.</summary>
    internal IReadOnlyList<string> Read(byte[] bytes)
    {
        File.WriteAllBytes(FilePath, bytes);
        using var file = WeightFile.Open(FilePath);
        return
        [
            .. file.Tensors.Select(tensor => FormattableString.Invariant($"{tensor.Name} {tensor.Type} {tensor.Shape} ") +
                string.Join(' ', file.ReadFloat32(tensor).Values.ToArray().Select(value => FormattableString.Invariant($"{value}")))),
        ];
    }

    internal string Refusal(byte[] bytes)
    {
        File.WriteAllBytes(FilePath, bytes);
        var fault = Assert.Throws<ExportException>(() => Read(bytes)).Message;
        Assert.DoesNotContain('\n', fault);
        return fault;
    }

    internal void AssertRefused(string format, string fault, byte[] bytes)
    {
        var message = Refusal(bytes);
        Assert.StartsWith($"{FilePath} is not a {format} file that can be read: ", message);
        Assert.Contains(fault, message);
    }
}
