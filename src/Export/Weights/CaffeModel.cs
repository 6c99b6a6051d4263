using System.Globalization;
using Tag = FcnService.Export.Weights.ProtobufFields.Tag;

namespace FcnService.Export.Weights;

/// <summary>
/// Reads Caffe's <c>.caffemodel</c>, a NetParameter of Protocol Buffers: V2 <c>layer</c> and V1 <c>layers</c>, shapes as such or as
/// num/channels/height/width, floats packed, one by one, as doubles or as NVCaffe's raw bytes. A layer's blobs become the tensors
/// LAYER.weight, LAYER.bias, LAYER.2 and so on. Source: the field numbers of caffe.proto in BVLC/caffe and NVIDIA/caffe.
/// </summary>
internal static class CaffeModel
{
    /// <summary>The format, as <see cref="WeightFile"/> knows it.</summary>
    public static readonly WeightFormat Format = new("Caffe", BeginsLikeNet, Index);

    /// <summary>Caffe's own limit for the axes of a blob.</summary>
    private const int MostAxes = 32;

    private const int FirstUnnamedBlob = 2;

    /// <summary>A net begins with its name, a V1 layer, a V2 layer or the name of an input; other formats come before this one.</summary>
    private static bool BeginsLikeNet(ReadOnlySpan<byte> head) =>
        head is [0x0A, _, ..] or [0x12, _, ..] or [0x1A, _, ..] or [0xA2, 0x06, ..];

    private static TensorTable Index(FileBytes file)
    {
        var table = new TensorTable(file.Length);
        var net = new ByteReader(file, 0, file.Length);
        var layers = new LayerCount();
        while (net.TryReadTag(out var tag))
        {
            switch (tag)
            {
                case { Field: 1, Wire: ProtobufFields.Bytes }:
                    table.AddMetadata("name", net.ReadString());
                    break;
                case { Field: 2, Wire: ProtobufFields.Bytes }:
                    layers.V1++;
                    net.ReadMessage(layer => ReadLayer(layer, LayerFields.V1, table));
                    break;
                case { Field: 100, Wire: ProtobufFields.Bytes }:
                    layers.V2++;
                    net.ReadMessage(layer => ReadLayer(layer, LayerFields.V2, table));
                    break;
                default:
                    net.SkipField(tag);
                    break;
            }
        }

        if (layers.V1 + layers.V2 == 0)
        {
            throw new InvalidDataException("it has no layers; expected V2 \"layer\" or V1 \"layers\"");
        }

        AddCount(table, "V1 layers", layers.V1);
        AddCount(table, "V2 layers", layers.V2);
        return table;
    }

    private static void AddCount(TensorTable table, string key, int count)
    {
        if (count > 0)
        {
            table.AddMetadata(key, count.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void ReadLayer(ByteReader layer, LayerFields fields, TensorTable table)
    {
        var start = layer.Position;
        var name = string.Empty;
        var blobs = new List<Blob>();
        while (layer.TryReadTag(out var tag))
        {
            if (tag == new Tag(fields.Name, ProtobufFields.Bytes))
            {
                name = layer.ReadString();
            }
            else if (tag == new Tag(fields.Blobs, ProtobufFields.Bytes))
            {
                blobs.Add(ReadBlob(layer));
            }
            else if (fields.IsV1 && tag == new Tag(1, ProtobufFields.Bytes))
            {
                throw new InvalidDataException(
                    $"the layer at byte {start} is in the form before V1; expected V1 or V2: Caffe's upgrade_net_proto_binary makes it so");
            }
            else
            {
                layer.SkipField(tag);
            }
        }

        if (blobs.Count > 0 && name.Length == 0)
        {
            throw new InvalidDataException($"the layer at byte {start} has blobs and no name; expected one");
        }

        for (var i = 0; i < blobs.Count; i++)
        {
            table.Add(blobs[i].ToTensor($"{name}.{NameOf(i)}"));
        }
    }

    private static string NameOf(int blob) => blob switch
    {
        0 => "weight",
        1 => "bias",
        _ => blob.ToString(CultureInfo.InvariantCulture),
    };

    private static Blob ReadBlob(ByteReader layer)
    {
        var blob = new Blob();
        layer.ReadMessage(message =>
        {
            while (message.TryReadTag(out var tag))
            {
                blob.ReadField(message, tag);
            }
        });
        return blob;
    }

    private sealed record LayerFields(int Name, int Blobs, bool IsV1)
    {
        public static readonly LayerFields V1 = new(4, 6, IsV1: true);
        public static readonly LayerFields V2 = new(1, 7, IsV1: false);
    }

    private sealed class LayerCount
    {
        public int V1 { get; set; }

        public int V2 { get; set; }
    }

    /// <summary>A BlobProto, without what only training needs.</summary>
    private sealed class Blob
    {
        private List<long>? shape;
        private long[]? legacyShape;
        private PiecewiseBytes? floats;
        private PiecewiseBytes? doubles;
        private ulong? rawType;
        private (long Offset, long Length)? raw;

        public void ReadField(ByteReader message, Tag tag)
        {
            switch (tag)
            {
                case { Field: >= 1 and <= 4, Wire: ProtobufFields.Varint }:
                    legacyShape ??= new long[4];
                    legacyShape[tag.Field - 1] = unchecked((int)message.ReadVarint());
                    break;
                case { Field: 5, Wire: ProtobufFields.Bytes or ProtobufFields.Fixed32 }:
                    ReadValues(message, tag, floats ??= new PiecewiseBytes(sizeof(float)), sizeof(float));
                    break;
                case { Field: 7, Wire: ProtobufFields.Bytes }:
                    shape ??= [];
                    message.ReadMessage(ReadShape);
                    break;
                case { Field: 8, Wire: ProtobufFields.Bytes or ProtobufFields.Fixed64 }:
                    ReadValues(message, tag, doubles ??= new PiecewiseBytes(sizeof(double)), sizeof(double));
                    break;
                case { Field: 10, Wire: ProtobufFields.Varint }:
                    rawType = message.ReadVarint();
                    break;
                case { Field: 12, Wire: ProtobufFields.Bytes }:
                    var length = message.ReadLength();
                    raw = (message.Position, length);
                    message.Skip(length);
                    break;
                default:
                    message.SkipField(tag);
                    break;
            }
        }

        public StoredTensor ToTensor(string name)
        {
            var (type, bytes, count) = Values(name);
            // Without any shape a blob is a scalar, as in Caffe.
            var dimensions = shape?.ToArray() ?? legacyShape ?? [];
            var tensorShape = StoredTensor.ShapeOf(name, type, dimensions);
            return tensorShape.Count == count
                ? new StoredTensor(name, type, tensorShape, bytes)
                : throw new InvalidDataException(
                    $"tensor {name.Quoted()} of shape {tensorShape} has {count} values in the file; expected {tensorShape.Count}");
        }

        private (ElementType Type, TensorBytes Bytes, long Count) Values(string name)
        {
            if ((floats?.Count > 0 ? 1 : 0) + (doubles?.Count > 0 ? 1 : 0) + (raw?.Length > 0 ? 1 : 0) > 1)
            {
                throw new InvalidDataException($"tensor {name.Quoted()} has values in more than one form; expected one");
            }

            if (raw is { Length: > 0 } bytes)
            {
                var type = rawType switch
                {
                    0 => ElementType.F64,
                    1 => ElementType.F32,
                    2 => ElementType.F16,
                    _ => throw new InvalidDataException(
                        $"tensor {name.Quoted()} has raw values of type {rawType?.ToString() ?? "none"}; expected 0, 1 or 2"),
                };
                return bytes.Length % type.Size() == 0
                    ? (type, new ContiguousBytes(bytes.Offset), bytes.Length / type.Size())
                    : throw new InvalidDataException(
                        $"tensor {name.Quoted()} has {bytes.Length} raw bytes; expected a multiple of {type.Size()}");
            }

            return doubles is { Count: > 0 }
                ? (ElementType.F64, doubles, doubles.Count)
                : (ElementType.F32, floats ?? new PiecewiseBytes(sizeof(float)), floats?.Count ?? 0);
        }

        private static void ReadValues(ByteReader message, Tag tag, PiecewiseBytes values, int size)
        {
            if (tag.Wire != ProtobufFields.Bytes)
            {
                values.Add(message.Position, 1);
                message.Skip(size);
                return;
            }

            var length = message.ReadLength();
            if (length % size != 0)
            {
                throw new InvalidDataException($"the values at byte {message.Position} have {length} bytes; expected a multiple of {size}");
            }

            values.Add(message.Position, length / size);
            message.Skip(length);
        }

        private void ReadShape(ByteReader message)
        {
            while (message.TryReadTag(out var tag))
            {
                if (tag is { Field: 1, Wire: ProtobufFields.Bytes or ProtobufFields.Varint })
                {
                    message.ReadNumbers(tag, shape!, MostAxes);
                }
                else
                {
                    message.SkipField(tag);
                }
            }
        }
    }
}
