using System.Globalization;

namespace FcnService.Export.Weights;

/// <summary>
/// Reads what TorchSharp's <c>Module.save</c> writes: the number of tensors; of each its name, the number of its element type, the number
/// of its axes, their lengths, and its bytes. Numbers and the length of a name are base-128. Source: Module.save_state_dict,
/// TensorExtensionMethods.Save and ScalarType in dotnet/TorchSharp.
/// </summary>
internal static class TorchSharpDat
{
    /// <summary>The format, as <see cref="WeightFile"/> knows it.</summary>
    public static readonly WeightFormat Format = new("TorchSharp", BeginsLikeModule, Index);

    private const int MostAxes = 64;

    /// <summary>By number in ScalarType; complex numbers are not weights here.</summary>
    private static readonly Dictionary<ulong, ElementType> Types = new()
    {
        [0] = ElementType.U8,
        [1] = ElementType.I8,
        [2] = ElementType.I16,
        [3] = ElementType.I32,
        [4] = ElementType.I64,
        [5] = ElementType.F16,
        [6] = ElementType.F32,
        [7] = ElementType.F64,
        [11] = ElementType.BOOL,
        [15] = ElementType.BF16,
    };

    /// <summary>
    /// There is no magic number: a count, a name of printable letters and a type that exists must do. In Protocol Buffers a name is
    /// followed by a tag, which is greater than any type.
    /// </summary>
    private static bool BeginsLikeModule(ReadOnlySpan<byte> head)
    {
        if (head is [0])
        {
            return true;
        }

        const int LargestType = 15;
        return TryReadNumber(ref head, out var count) && count > 0
            && TryReadNumber(ref head, out var length) && length > 0 && length < head.Length
            && head[length] <= LargestType
            && head[..length].IndexOfAnyInRange((byte)0, (byte)' ') < 0;
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> head, out int number)
    {
        const int LongestNumber = 4;
        number = 0;
        for (var i = 0; i < Math.Min(LongestNumber, head.Length); i++)
        {
            number |= (head[i] & 0x7F) << (7 * i);
            if (head[i] < 0x80)
            {
                head = head[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    private static TensorTable Index(FileBytes file)
    {
        var table = new TensorTable(file.Length);
        var reader = new ByteReader(file, 0, file.Length);
        var count = reader.ReadVarint();
        for (var i = 0UL; i < count; i++)
        {
            if (reader.Remaining == 0)
            {
                throw new InvalidDataException($"it ends after {i} tensors; expected {count}");
            }

            table.Add(ReadTensor(reader));
        }

        return reader.Remaining == 0
            ? table
            : throw new InvalidDataException($"its {count} tensors end at byte {reader.Position}; expected its end, byte {file.Length}");
    }

    private static StoredTensor ReadTensor(ByteReader reader)
    {
        var name = reader.ReadText(reader.ReadLength());
        var typeNumber = reader.ReadVarint();
        if (!Types.TryGetValue(typeNumber, out var type))
        {
            throw new InvalidDataException(
                $"tensor {name.Quoted()} has element type {typeNumber}; expected one of " +
                string.Join(", ", Types.Keys.Select(key => key.ToString(CultureInfo.InvariantCulture))));
        }

        var axes = reader.ReadVarint();
        if (axes > MostAxes)
        {
            throw new InvalidDataException($"tensor {name.Quoted()} has {axes} axes; expected at most {MostAxes}");
        }

        var dimensions = new long[axes];
        foreach (ref var dimension in dimensions.AsSpan())
        {
            dimension = (long)Math.Min(reader.ReadVarint(), long.MaxValue);
        }

        var shape = StoredTensor.ShapeOf(name, type, dimensions);
        var tensor = new StoredTensor(name, type, shape, new ContiguousBytes(reader.Position));
        if (tensor.ByteCount > reader.Remaining)
        {
            throw new InvalidDataException(
                $"tensor {name.Quoted()} of shape {shape} has {reader.Remaining} bytes before the file's end; expected {tensor.ByteCount}");
        }

        reader.Skip(tensor.ByteCount);
        return tensor;
    }
}
