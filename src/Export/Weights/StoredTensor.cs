using System.Runtime.InteropServices;
using FcnService.Export.Networks;

namespace FcnService.Export.Weights;

/// <summary>A tensor in an open <see cref="WeightFile"/>; its values stay in the file until they are asked for.</summary>
public sealed class StoredTensor
{
    private readonly TensorBytes bytes;

    internal StoredTensor(string name, ElementType type, Shape shape, TensorBytes bytes)
    {
        Name = name;
        Type = type;
        Shape = shape;
        this.bytes = bytes;
    }

    /// <summary>Its name, such as conv1_1.weight.</summary>
    public string Name { get; }

    /// <summary>The type of its values.</summary>
    public ElementType Type { get; }

    /// <summary>The lengths of its axes, as stored.</summary>
    public Shape Shape { get; }

    /// <summary>The bytes of its values together, at most <see cref="Array.MaxLength"/>.</summary>
    public long ByteCount => Shape.Count * Type.Size();

    /// <summary>Whether its values are in the file, in a form that is read.</summary>
    internal bool IsReadable => bytes is not UnreadableBytes;

    /// <summary>Checks a shape that a file states.</summary>
    /// <param name="name">The tensor's name, for messages.</param>
    /// <param name="type">The type of its values.</param>
    /// <param name="dimensions">The lengths of its axes.</param>
    /// <exception cref="InvalidDataException">No array can have it.</exception>
    internal static Shape ShapeOf(string name, ElementType type, ReadOnlySpan<long> dimensions)
    {
        // What NumPy allows is 32 to 64; a shape is printed in messages.
        const int MostAxes = 64;
        if (dimensions.Length > MostAxes)
        {
            throw new InvalidDataException($"tensor {name.Quoted()} has {dimensions.Length} axes; expected at most {MostAxes}");
        }

        var lengths = new int[dimensions.Length];
        for (var axis = 0; axis < lengths.Length; axis++)
        {
            lengths[axis] = dimensions[axis] is >= 0 and <= int.MaxValue ? (int)dimensions[axis] : throw Impossible(dimensions);
        }

        var shape = new Shape(lengths);
        try
        {
            _ = checked(shape.Count * type.Size());
            return shape;
        }
        catch (OverflowException)
        {
            throw Impossible(dimensions);
        }

        InvalidDataException Impossible(ReadOnlySpan<long> dimensions) => new(
            $"tensor {name.Quoted()} has shape [{string.Join(", ", dimensions.ToArray())}]; expected one that fits into memory");
    }

    /// <summary>Reads the values as they are stored: little-endian, row by row without gaps.</summary>
    internal byte[] Read(FileBytes file)
    {
        var stored = GC.AllocateUninitializedArray<byte>((int)ByteCount);
        bytes.Read(file, stored);
        return stored;
    }

    /// <summary>Reads the values as 32-bit floats.</summary>
    internal Tensor ReadFloat32(FileBytes file)
    {
        var count = Shape.Count;
        if (count * sizeof(float) > Array.MaxLength)
        {
            throw new InvalidDataException(
                $"tensor {Name.Quoted()} takes {count * sizeof(float)} bytes as 32-bit floats; expected at most {Array.MaxLength}");
        }

        if (Type == ElementType.F32)
        {
            return new Tensor(Name, Shape, Read(file));
        }

        var data = GC.AllocateUninitializedArray<byte>((int)(count * sizeof(float)));
        var stored = ByteCount > data.Length ? new byte[ByteCount] : data.AsSpan(data.Length - (int)ByteCount);
        bytes.Read(file, stored);
        Type.ToFloat32(stored, MemoryMarshal.Cast<byte, float>(data.AsSpan()));
        return new Tensor(Name, Shape, data);
    }
}
