using System.Runtime.InteropServices;
using FcnService.Export.Networks;

namespace FcnService.Export.Weights;

/// <summary>A named array of 32-bit floats, in the bytes that weight files and ONNX share: little-endian, row-major.</summary>
public sealed class Tensor
{
    /// <summary>Creates a tensor over bytes, which are not copied.</summary>
    /// <param name="name">Its name, such as conv1_1.weight.</param>
    /// <param name="shape">The lengths of its axes.</param>
    /// <param name="data">Four bytes a value.</param>
    /// <exception cref="ArgumentException">The bytes are more or fewer than the shape takes.</exception>
    public Tensor(string name, Shape shape, ReadOnlyMemory<byte> data)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var bytes = checked(shape.Count * sizeof(float));
        if (data.Length != bytes)
        {
            throw new ArgumentException($"Tensor \"{name}\" of shape {shape} has {data.Length} bytes; expected {bytes}.", nameof(data));
        }

        Name = name;
        Shape = shape;
        Data = data;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The lengths of its axes.</summary>
    public Shape Shape { get; }

    /// <summary>The values as little-endian bytes.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The values. Only on little-endian machines, which is every one that .NET's ONNX Runtime supports.</summary>
    public ReadOnlySpan<float> Values => MemoryMarshal.Cast<byte, float>(Data.Span);

    /// <summary>Creates a tensor and lets its values be written in place.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">The lengths of its axes.</param>
    /// <param name="fill">Writes the values, which are zero before.</param>
    internal static Tensor Create(string name, Shape shape, Action<Span<float>> fill)
    {
        var data = new byte[checked(shape.Count * sizeof(float))];
        fill(MemoryMarshal.Cast<byte, float>(data.AsSpan()));
        return new Tensor(name, shape, data);
    }
}
