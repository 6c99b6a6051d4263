using System.Runtime.InteropServices;
using FcnService.Export.Networks;
using FcnService.Export.Weights;
using Google.Protobuf;

namespace FcnService.Export.Onnx;

/// <summary>Writes tensors down as ONNX initializers.</summary>
internal static class OnnxTensors
{
    /// <summary>32-bit floats; the bytes are shared, not copied.</summary>
    public static TensorProto Single(Tensor tensor) =>
        Create(tensor.Name, TensorProto.Types.DataType.Float, tensor.Shape, tensor.Data);

    /// <summary>The nearest 16-bit floats.</summary>
    /// <exception cref="ExportException">A value is beyond ±65504, the largest 16-bit float.</exception>
    public static TensorProto Half(Tensor tensor)
    {
        var halves = new Half[tensor.Values.Length];
        for (var i = 0; i < halves.Length; i++)
        {
            halves[i] = (Half)tensor.Values[i];
            if (!System.Half.IsFinite(halves[i]))
            {
                throw new ExportException(FormattableString.Invariant(
                    $"Tensor \"{tensor.Name}\" holds {tensor.Values[i]} as value {i}; expected at most ±65504 for 16-bit floats."));
            }
        }

        return Create(tensor.Name, TensorProto.Types.DataType.Float16, tensor.Shape, MemoryMarshal.AsBytes(halves.AsSpan()).ToArray());
    }

    /// <summary>A single 32-bit float, without axes.</summary>
    public static TensorProto Scalar(string name, float value) =>
        Create(name, TensorProto.Types.DataType.Float, new Shape(), BitConverter.GetBytes(value));

    /// <summary>A single 64-bit integer, without axes.</summary>
    public static TensorProto Integer(string name, long value) =>
        Create(name, TensorProto.Types.DataType.Int64, new Shape(), BitConverter.GetBytes(value));

    /// <summary>A list of 64-bit integers.</summary>
    public static TensorProto Integers(string name, params ReadOnlySpan<long> values) =>
        Create(name, TensorProto.Types.DataType.Int64, new Shape(values.Length), MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A list of 32-bit floats.</summary>
    public static TensorProto Singles(string name, ReadOnlySpan<float> values) =>
        Create(name, TensorProto.Types.DataType.Float, new Shape(values.Length), MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A list of 32-bit integers.</summary>
    public static TensorProto Integers32(string name, ReadOnlySpan<int> values) =>
        Create(name, TensorProto.Types.DataType.Int32, new Shape(values.Length), MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A single byte, without axes.</summary>
    public static TensorProto Byte(string name, byte value) =>
        Create(name, TensorProto.Types.DataType.Uint8, new Shape(), new[] { value });

    /// <summary>Signed bytes.</summary>
    public static TensorProto SignedBytes(string name, Shape shape, ReadOnlySpan<sbyte> values) =>
        Create(name, TensorProto.Types.DataType.Int8, shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>Reads 32-bit floats; their bytes are shared with the tensor where it has them as bytes.</summary>
    /// <exception cref="ExportException">There are more or fewer of them than the shape says.</exception>
    public static Tensor ReadSingle(TensorProto tensor)
    {
        var data = tensor.HasRawData ? tensor.RawData.Memory : MemoryMarshal.AsBytes<float>(tensor.FloatData.ToArray()).ToArray();
        var shape = new Shape([.. tensor.Dims.Select(length => checked((int)length))]);
        return data.Length == shape.Count * sizeof(float)
            ? new Tensor(tensor.Name, shape, data)
            : throw new ExportException(
                $"Tensor \"{tensor.Name}\" of shape {shape} has {data.Length} bytes; expected {shape.Count * sizeof(float)}.");
    }

    private static TensorProto Create(string name, TensorProto.Types.DataType type, Shape shape, ReadOnlyMemory<byte> data)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(data) };
        tensor.Dims.AddRange(shape.Dimensions.Select(dimension => (long)dimension));
        return tensor;
    }
}
