using System.Globalization;
using Google.Protobuf;

namespace FcnService.Export.Onnx;

/// <summary>Weights in a file of their own beside the model's. Source: onnx/onnx, docs/ExternalData.md.</summary>
internal sealed class ExternalData
{
    /// <summary>Tensors below this many bytes stay in the model: among them are the numbers that shapes are computed from.</summary>
    private const int SmallestBytes = 1024;

    /// <summary>Tensors begin at multiples of a memory page, as the format advises for readers that map the file into memory.</summary>
    private const long Alignment = 4096;

    private readonly List<(long Offset, ByteString Data)> tensors = [];

    private ExternalData()
    {
    }

    /// <summary>Moves the tensors of a graph out of it; they refer to the file from then on.</summary>
    /// <param name="graph">The graph, which is changed.</param>
    /// <param name="location">The file's name, in the model's folder.</param>
    public static ExternalData MoveOut(GraphProto graph, string location)
    {
        var file = new ExternalData();
        var position = 0L;
        foreach (var tensor in graph.Initializer.Where(tensor => tensor.RawData.Length >= SmallestBytes))
        {
            var (data, offset) = (tensor.RawData, (position + Alignment - 1) / Alignment * Alignment);
            file.tensors.Add((offset, data));
            position = offset + data.Length;

            tensor.ClearRawData();
            tensor.DataLocation = TensorProto.Types.DataLocation.External;
            tensor.ExternalData.AddRange([Entry("location", location), Entry("offset", Text(offset)), Entry("length", Text(data.Length))]);
        }

        return file;
    }

    /// <summary>Writes the file's content to an empty stream that can be moved in.</summary>
    public void WriteTo(Stream stream)
    {
        foreach (var (offset, data) in tensors)
        {
            stream.Position = offset;
            stream.Write(data.Span);
        }
    }

    private static StringStringEntryProto Entry(string key, string value) => new() { Key = key, Value = value };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
