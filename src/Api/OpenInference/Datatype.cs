using Microsoft.ML.OnnxRuntime.Tensors;

namespace FcnService.Api.OpenInference;

/// <summary>A data type of the protocol that is served here.</summary>
/// <param name="Name">Its name in the protocol.</param>
internal sealed record Datatype(string Name)
{
    /// <summary>Byte strings; as binary data, each after its length in four bytes.</summary>
    public static readonly Datatype Bytes = new("BYTES");

    /// <summary>Unsigned bytes.</summary>
    public static readonly Datatype UInt8 = new("UINT8");

    /// <summary>Signed 32-bit integers.</summary>
    public static readonly Datatype Int32 = new("INT32");

    /// <summary>Signed 64-bit integers.</summary>
    public static readonly Datatype Int64 = new("INT64");

    /// <summary>32-bit floats.</summary>
    public static readonly Datatype Fp32 = new("FP32");

    /// <summary>The data type of what a network gives.</summary>
    /// <param name="type">One of those that a model's contract allows.</param>
    public static Datatype Of(TensorElementType type) => type switch
    {
        TensorElementType.UInt8 => UInt8,
        TensorElementType.Int32 => Int32,
        TensorElementType.Int64 => Int64,
        TensorElementType.Float => Fp32,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No contract allows this element type."),
    };
}
