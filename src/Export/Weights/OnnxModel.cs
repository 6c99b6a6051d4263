using System.Globalization;

namespace FcnService.Export.Weights;

/// <summary>
/// Reads the initializers of an ONNX model as tensors, and what the model says about itself as metadata. Source: the field numbers of
/// ModelProto and its parts in the ONNX specification (onnx/onnx, docs/IR.md).
/// </summary>
internal static class OnnxModel
{
    /// <summary>The format, as <see cref="WeightFile"/> knows it. Writers begin with the IR version, a small number.</summary>
    public static readonly WeightFormat Format = new("ONNX", head => head is [0x08, < 0x80, ..], Index);

    private const int MostAxes = 64;

    /// <summary>By number in TensorProto.DataType.</summary>
    private static readonly Dictionary<ulong, ElementType> Types = new()
    {
        [1] = ElementType.F32,
        [2] = ElementType.U8,
        [3] = ElementType.I8,
        [4] = ElementType.U16,
        [5] = ElementType.I16,
        [6] = ElementType.I32,
        [7] = ElementType.I64,
        [9] = ElementType.BOOL,
        [10] = ElementType.F16,
        [11] = ElementType.F64,
        [12] = ElementType.U32,
        [13] = ElementType.U64,
        [16] = ElementType.BF16,
    };

    private static TensorTable Index(FileBytes file)
    {
        var table = new TensorTable(file.Length);
        var hasGraph = false;
        var model = new ByteReader(file, 0, file.Length);
        while (model.TryReadTag(out var tag))
        {
            switch (tag)
            {
                case { Field: 1, Wire: ProtobufFields.Varint }:
                    table.AddMetadata("ir_version", Text(model.ReadVarint()));
                    break;
                case { Field: 2, Wire: ProtobufFields.Bytes }:
                    table.AddMetadata("producer_name", model.ReadString());
                    break;
                case { Field: 3, Wire: ProtobufFields.Bytes }:
                    table.AddMetadata("producer_version", model.ReadString());
                    break;
                case { Field: 7, Wire: ProtobufFields.Bytes }:
                    hasGraph = true;
                    model.ReadMessage(graph => ReadGraph(graph, table));
                    break;
                case { Field: 8, Wire: ProtobufFields.Bytes }:
                    model.ReadMessage(opset => ReadOpset(opset, table));
                    break;
                case { Field: 14, Wire: ProtobufFields.Bytes }:
                    model.ReadMessage(entry => ReadProperty(entry, table));
                    break;
                default:
                    model.SkipField(tag);
                    break;
            }
        }

        return hasGraph ? table : throw new InvalidDataException("it has no graph; expected one");
    }

    private static void ReadOpset(ByteReader opset, TensorTable table)
    {
        var (domain, version) = (string.Empty, 0UL);
        while (opset.TryReadTag(out var tag))
        {
            switch (tag)
            {
                case { Field: 1, Wire: ProtobufFields.Bytes }:
                    domain = opset.ReadString();
                    break;
                case { Field: 2, Wire: ProtobufFields.Varint }:
                    version = opset.ReadVarint();
                    break;
                default:
                    opset.SkipField(tag);
                    break;
            }
        }

        table.AddMetadata(domain.Length == 0 ? "opset" : $"opset {domain}", Text(version));
    }

    private static void ReadProperty(ByteReader entry, TensorTable table)
    {
        var (key, value) = (string.Empty, string.Empty);
        while (entry.TryReadTag(out var tag))
        {
            switch (tag)
            {
                case { Field: 1, Wire: ProtobufFields.Bytes }:
                    key = entry.ReadString();
                    break;
                case { Field: 2, Wire: ProtobufFields.Bytes }:
                    value = entry.ReadString();
                    break;
                default:
                    entry.SkipField(tag);
                    break;
            }
        }

        table.AddMetadata(key, value);
    }

    private static void ReadGraph(ByteReader graph, TensorTable table)
    {
        var nodes = 0;
        while (graph.TryReadTag(out var tag))
        {
            switch (tag)
            {
                case { Field: 1, Wire: ProtobufFields.Bytes }:
                    nodes++;
                    graph.SkipField(tag);
                    break;
                case { Field: 2, Wire: ProtobufFields.Bytes }:
                    table.AddMetadata("graph", graph.ReadString());
                    break;
                case { Field: 5, Wire: ProtobufFields.Bytes }:
                    graph.ReadMessage(tensor => table.Add(ReadTensor(tensor)));
                    break;
                case { Field: 11, Wire: ProtobufFields.Bytes }:
                    graph.ReadMessage(value => ReadValueInfo("input", value, table));
                    break;
                case { Field: 12, Wire: ProtobufFields.Bytes }:
                    graph.ReadMessage(value => ReadValueInfo("output", value, table));
                    break;
                default:
                    graph.SkipField(tag);
                    break;
            }
        }

        table.AddMetadata("nodes", Text((ulong)nodes));
    }

    private static StoredTensor ReadTensor(ByteReader message)
    {
        var start = message.Position;
        var (name, typeNumber, dimensions) = (string.Empty, 0UL, new List<long>());
        TensorBytes bytes = new UnreadableBytes($"the tensor at byte {start} keeps its values as numbers or outside; expected raw bytes");
        long? length = null;
        while (message.TryReadTag(out var tag))
        {
            switch (tag)
            {
                case { Field: 1, Wire: ProtobufFields.Varint or ProtobufFields.Bytes }:
                    message.ReadNumbers(tag, dimensions, MostAxes);
                    break;
                case { Field: 2, Wire: ProtobufFields.Varint }:
                    typeNumber = message.ReadVarint();
                    break;
                case { Field: 4, Wire: ProtobufFields.Bytes } or { Field: 9, Wire: ProtobufFields.Bytes }:
                    // float_data, packed, is the same bytes as raw_data.
                    length = message.ReadLength();
                    bytes = new ContiguousBytes(message.Position);
                    message.Skip(length.Value);
                    break;
                case { Field: 8, Wire: ProtobufFields.Bytes }:
                    name = message.ReadString();
                    break;
                default:
                    message.SkipField(tag);
                    break;
            }
        }

        if (!Types.TryGetValue(typeNumber, out var type))
        {
            throw new InvalidDataException($"tensor {name.Quoted()} has data type {typeNumber}; expected a type of real numbers");
        }

        var tensor = new StoredTensor(name, type, StoredTensor.ShapeOf(name, type, [.. dimensions]), bytes);
        return length is null || length == tensor.ByteCount
            ? tensor
            : throw new InvalidDataException(
                $"tensor {name.Quoted()} of shape {tensor.Shape} takes {length} bytes in the file; expected {tensor.ByteCount}");
    }

    private static void ReadValueInfo(string key, ByteReader message, TensorTable table)
    {
        var (name, type) = (string.Empty, "of another kind than a tensor");
        while (message.TryReadTag(out var tag))
        {
            switch (tag)
            {
                case { Field: 1, Wire: ProtobufFields.Bytes }:
                    name = message.ReadString();
                    break;
                case { Field: 2, Wire: ProtobufFields.Bytes }:
                    message.ReadMessage(value => type = ReadType(value) ?? type);
                    break;
                default:
                    message.SkipField(tag);
                    break;
            }
        }

        // Old models list their initializers among the inputs.
        if (!table.Contains(name))
        {
            table.AddMetadata(key, $"{name} {type}");
        }
    }

    private static string? ReadType(ByteReader message)
    {
        string? type = null;
        while (message.TryReadTag(out var tag))
        {
            if (tag is { Field: 1, Wire: ProtobufFields.Bytes })
            {
                message.ReadMessage(tensor => type = ReadTensorType(tensor));
            }
            else
            {
                message.SkipField(tag);
            }
        }

        return type;
    }

    private static string ReadTensorType(ByteReader message)
    {
        var (element, shape) = ("?", string.Empty);
        while (message.TryReadTag(out var tag))
        {
            switch (tag)
            {
                case { Field: 1, Wire: ProtobufFields.Varint }:
                    var number = message.ReadVarint();
                    element = Types.TryGetValue(number, out var type) ? type.ToString() : Text(number);
                    break;
                case { Field: 2, Wire: ProtobufFields.Bytes }:
                    message.ReadMessage(value => shape = $" [{string.Join(", ", ReadDimensions(value))}]");
                    break;
                default:
                    message.SkipField(tag);
                    break;
            }
        }

        return element + shape;
    }

    private static List<string> ReadDimensions(ByteReader message)
    {
        var dimensions = new List<string>();
        while (message.TryReadTag(out var tag))
        {
            if (tag is { Field: 1, Wire: ProtobufFields.Bytes } && dimensions.Count < MostAxes)
            {
                message.ReadMessage(dimension => dimensions.Add(ReadDimension(dimension)));
            }
            else
            {
                message.SkipField(tag);
            }
        }

        return dimensions;
    }

    private static string ReadDimension(ByteReader message)
    {
        var dimension = "?";
        while (message.TryReadTag(out var tag))
        {
            switch (tag)
            {
                case { Field: 1, Wire: ProtobufFields.Varint }:
                    dimension = Text(message.ReadVarint());
                    break;
                case { Field: 2, Wire: ProtobufFields.Bytes }:
                    dimension = message.ReadString();
                    break;
                default:
                    message.SkipField(tag);
                    break;
            }
        }

        return dimension;
    }

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
