using System.Buffers.Binary;
using System.Text.Json;
using FcnService.Export.Networks;

namespace FcnService.Export.Weights;

/// <summary>
/// Reads safetensors files of 32-bit floats: the header's length (8 bytes, little-endian), the header (a JSON object of dtype, shape
/// and place of each tensor), the tensors' bytes without gaps. Source: the format's description in huggingface/safetensors.
/// </summary>
public static class Safetensors
{
    private const int LengthBytes = sizeof(ulong);

    /// <summary>What the format's own implementation allows.</summary>
    private const int LongestHeader = 100_000_000;

    private const string MetadataKey = "__metadata__";

    /// <summary>Reads all tensors of a file, in the order of its header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ExportException">The file cannot be read, or is not a sound safetensors file of 32-bit floats.</exception>
    public static IReadOnlyList<Tensor> Read(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        try
        {
            using var file = File.OpenRead(path);
            return Read(file);
        }
        catch (InvalidDataException error)
        {
            throw new ExportException($"{path} is not a safetensors file that can be read: {error.Message}.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ExportException($"{path} cannot be read: {error.Message}", error);
        }
    }

    private static List<Tensor> Read(FileStream file)
    {
        var header = ReadHeader(file);
        var dataLength = file.Length - file.Position;
        var entries = ParseHeader(header, dataLength);
        RefuseGapsAndOverlaps(entries, dataLength);

        var dataStart = file.Position;
        var tensors = new List<Tensor>(entries.Count);
        foreach (var entry in entries)
        {
            var data = new byte[entry.End - entry.Begin];
            file.Position = dataStart + entry.Begin;
            file.ReadExactly(data);
            tensors.Add(new Tensor(entry.Name, entry.Shape, data));
        }

        return tensors;
    }

    private static byte[] ReadHeader(FileStream file)
    {
        if (file.Length < LengthBytes)
        {
            throw new InvalidDataException($"it has {file.Length} bytes; expected at least {LengthBytes}, the header's length");
        }

        Span<byte> lengthBytes = stackalloc byte[LengthBytes];
        file.ReadExactly(lengthBytes);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        var longest = Math.Min(LongestHeader, file.Length - LengthBytes);
        if (length > (ulong)longest)
        {
            throw new InvalidDataException($"it says that its header has {length} bytes; expected at most {longest}");
        }

        var header = new byte[length];
        file.ReadExactly(header);
        return header;
    }

    private static List<Entry> ParseHeader(byte[] header, long dataLength)
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
                    throw new InvalidDataException($"its header has \"{property.Name}\" twice; expected every name once");
                }

                if (property.Name != MetadataKey)
                {
                    entries.Add(ParseEntry(property.Name, property.Value, dataLength));
                }
            }

            return entries;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // A string with half a surrogate pair is an InvalidOperationException only when it is taken out.
            throw new InvalidDataException($"its header is not valid JSON: {error.Message.TrimEnd('.')}", error);
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
                $"tensor \"{name}\" is described otherwise than by a dtype, a shape (a list of whole numbers) and data_offsets (two of them)");
        }

        if (dtype.GetString() != "F32")
        {
            throw new InvalidDataException($"tensor \"{name}\" has dtype {dtype.GetString()}; expected F32");
        }

        var (begin, end) = (offsets[0], offsets[1]);
        if (begin > end || end > dataLength)
        {
            throw new InvalidDataException(
                $"tensor \"{name}\" lies at bytes {begin} to {end} of the data; expected a range within its {dataLength} bytes");
        }

        if (end - begin > Array.MaxLength)
        {
            throw new InvalidDataException($"tensor \"{name}\" has {end - begin} bytes; expected at most {Array.MaxLength}");
        }

        var shape = ShapeOf(name, dimensions, out var bytes);
        return end - begin == bytes
            ? new Entry(name, shape, begin, end)
            : throw new InvalidDataException($"tensor \"{name}\" of shape {shape} takes {end - begin} bytes in the file; expected {bytes}");
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

    private static Shape ShapeOf(string name, long[] dimensions, out long bytes)
    {
        try
        {
            var shape = new Shape([.. dimensions.Select(dimension => checked((int)dimension))]);
            bytes = checked(shape.Count * sizeof(float));
            return shape;
        }
        catch (OverflowException error)
        {
            throw new InvalidDataException(
                $"tensor \"{name}\" has shape [{string.Join(", ", dimensions)}]; expected one that fits into memory", error);
        }
    }

    private static void RefuseGapsAndOverlaps(List<Entry> entries, long dataLength)
    {
        var position = 0L;
        foreach (var entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != position)
            {
                throw new InvalidDataException(
                    $"tensor \"{entry.Name}\" begins at byte {entry.Begin} of the data; expected {position}, where what is before it ends");
            }

            position = entry.End;
        }

        if (position != dataLength)
        {
            throw new InvalidDataException($"its tensors end at byte {position} of the data; expected its end, byte {dataLength}");
        }
    }

    /// <summary>A tensor in the header; its bytes are counted from the end of the header.</summary>
    private sealed record Entry(string Name, Shape Shape, long Begin, long End);
}
