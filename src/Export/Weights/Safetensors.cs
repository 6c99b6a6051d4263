using System.Buffers.Binary;
using System.Text.Json;
using FcnService.Export.Networks;

namespace FcnService.Export.Weights;

/// <summary>
/// Reads safetensors files: the header's length (8 bytes, little-endian), the header (a JSON object of dtype, shape and place of each
/// tensor), the tensors' bytes without gaps. Source: the format's description in huggingface/safetensors.
/// </summary>
public static class Safetensors
{
    private const int LengthBytes = sizeof(ulong);

    /// <summary>What the format's own implementation allows.</summary>
    private const int LongestHeader = 100_000_000;

    private const string MetadataKey = "__metadata__";

    /// <summary>The format, as <see cref="WeightFile"/> knows it.</summary>
    internal static WeightFormat Format { get; } = new("safetensors", head => head is [_, _, _, _, _, _, _, _, (byte)'{', ..], Index);

    /// <summary>Reads all tensors of a file as 32-bit floats, in the order of its header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ExportException">The file cannot be read, or is not a sound safetensors file.</exception>
    public static IReadOnlyList<Tensor> Read(string path)
    {
        using var file = WeightFile.Open(path, _ => Format);
        return [.. file.Tensors.Select(file.ReadFloat32)];
    }

    private static TensorTable Index(FileBytes file)
    {
        var table = new TensorTable(file.Length);
        var header = ReadHeader(file);
        var dataStart = LengthBytes + header.LongLength;
        var entries = ParseHeader(header, file.Length - dataStart, table);
        RefuseGapsAndOverlaps(entries, file.Length - dataStart);
        foreach (var entry in entries)
        {
            table.Add(new StoredTensor(entry.Name, entry.Type, entry.Shape, new ContiguousBytes(dataStart + entry.Begin)));
        }

        return table;
    }

    private static byte[] ReadHeader(FileBytes file)
    {
        if (file.Length < LengthBytes)
        {
            throw new InvalidDataException($"it has {file.Length} bytes; expected at least {LengthBytes}, the header's length");
        }

        Span<byte> lengthBytes = stackalloc byte[LengthBytes];
        file.ReadAt(0, lengthBytes);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        var longest = Math.Min(LongestHeader, file.Length - LengthBytes);
        if (length > (ulong)longest)
        {
            throw new InvalidDataException($"it says that its header has {length} bytes; expected at most {longest}");
        }

        var header = new byte[length];
        file.ReadAt(LengthBytes, header);
        return header;
    }

    private static List<Entry> ParseHeader(byte[] header, long dataLength, TensorTable table)
    {
        try
        {
            using var document = JsonDocument.Parse(header);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new InvalidDataException($"its header is a JSON {document.RootElement.ValueKind}; expected an object");
            }

            var entries = new List<Entry>();
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (!names.Add(property.Name))
                {
                    throw new InvalidDataException($"its header has {property.Name.Quoted()} twice; expected every name once");
                }

                if (property.Name == MetadataKey)
                {
                    ReadMetadata(property.Value, table);
                }
                else
                {
                    entries.Add(ParseEntry(property.Name, property.Value, dataLength));
                }
            }

            return entries;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // A string with half a surrogate pair is an InvalidOperationException only when it is taken out; a message cites the header.
            throw new InvalidDataException($"its header is not valid JSON: {error.Message.TrimEnd('.').Harmless()}", error);
        }
    }

    private static void ReadMetadata(JsonElement value, TensorTable table)
    {
        if (value.ValueKind != JsonValueKind.Object
            || value.EnumerateObject().Any(property => property.Value.ValueKind != JsonValueKind.String))
        {
            throw new InvalidDataException($"its {MetadataKey} is not an object of strings; expected one");
        }

        foreach (var property in value.EnumerateObject())
        {
            table.AddMetadata(property.Name, property.Value.GetString()!);
        }
    }

    private static Entry ParseEntry(string name, JsonElement value, long dataLength)
    {
        if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() != 3
            || !value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out var shapeValue) || !TryGetNumbers(shapeValue, out var dimensions)
            || !value.TryGetProperty("data_offsets", out var offsetsValue) || !TryGetNumbers(offsetsValue, out var offsets)
            || offsets.Length != 2)
        {
            throw new InvalidDataException(
                $"tensor {name.Quoted()} is described otherwise than by a dtype, a shape (a list of whole numbers) and data_offsets " +
                "(two of them)");
        }

        // Enum.TryParse also takes numbers, which are no names.
        if (!Enum.GetNames<ElementType>().Contains(dtype.GetString()))
        {
            throw new InvalidDataException(
                $"tensor {name.Quoted()} has dtype {dtype.GetString()!.Quoted()}; expected one of " +
                string.Join(", ", Enum.GetNames<ElementType>()));
        }

        var type = Enum.Parse<ElementType>(dtype.GetString()!);

        var (begin, end) = (offsets[0], offsets[1]);
        if (begin > end || end > dataLength)
        {
            throw new InvalidDataException(
                $"tensor {name.Quoted()} lies at bytes {begin} to {end} of the data; expected a range within its {dataLength} bytes");
        }

        var shape = StoredTensor.ShapeOf(name, type, dimensions);
        var bytes = shape.Count * type.Size();
        return end - begin == bytes
            ? new Entry(name, type, shape, begin, end)
            : throw new InvalidDataException(
                $"tensor {name.Quoted()} of shape {shape} takes {end - begin} bytes in the file; expected {bytes}");
    }

    private static bool TryGetNumbers(JsonElement list, out long[] numbers)
    {
        numbers = [];
        if (list.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        const long NotANumber = -1;
        numbers = [.. list.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var number) ? number : NotANumber)];
        return numbers.All(number => number >= 0);
    }

    private static void RefuseGapsAndOverlaps(List<Entry> entries, long dataLength)
    {
        var position = 0L;
        foreach (var entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != position)
            {
                throw new InvalidDataException(
                    $"tensor {entry.Name.Quoted()} begins at byte {entry.Begin} of the data; expected {position}, where what is before it " +
                    "ends");
            }

            position = entry.End;
        }

        if (position != dataLength)
        {
            throw new InvalidDataException($"its tensors end at byte {position} of the data; expected its end, byte {dataLength}");
        }
    }

    /// <summary>A tensor in the header; its bytes are counted from the end of the header.</summary>
    private sealed record Entry(string Name, ElementType Type, Shape Shape, long Begin, long End);
}
