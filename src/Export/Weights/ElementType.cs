using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FcnService.Export.Weights;

/// <summary>The type of a stored tensor's values, named as safetensors names them; all are little-endian.</summary>
public enum ElementType
{
    /// <summary>IEEE 754 binary64.</summary>
    F64,

    /// <summary>IEEE 754 binary32.</summary>
    F32,

    /// <summary>IEEE 754 binary16.</summary>
    F16,

    /// <summary>The upper half of a binary32.</summary>
    BF16,

    /// <summary>A signed integer of 8 bytes.</summary>
    I64,

    /// <summary>A signed integer of 4 bytes.</summary>
    I32,

    /// <summary>A signed integer of 2 bytes.</summary>
    I16,

    /// <summary>A signed integer of 1 byte.</summary>
    I8,

    /// <summary>An unsigned integer of 8 bytes.</summary>
    U64,

    /// <summary>An unsigned integer of 4 bytes.</summary>
    U32,

    /// <summary>An unsigned integer of 2 bytes.</summary>
    U16,

    /// <summary>An unsigned integer of 1 byte.</summary>
    U8,

    /// <summary>A byte, 0 for false.</summary>
    BOOL,
}

/// <summary>How many bytes values take, and which number they are.</summary>
internal static class ElementTypes
{
    /// <summary>The bytes of one value: 1, 2, 4 or 8.</summary>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.F64 or ElementType.I64 or ElementType.U64 => 8,
        ElementType.F32 or ElementType.I32 or ElementType.U32 => 4,
        ElementType.F16 or ElementType.BF16 or ElementType.I16 or ElementType.U16 => 2,
        _ => 1,
    };

    /// <summary>The nearest 32-bit floats.</summary>
    /// <param name="type">The type of the stored values.</param>
    /// <param name="stored">Their bytes; at most 4 a value may lie at the end of the memory of <paramref name="floats"/>.</param>
    /// <param name="floats">As many values as are stored.</param>
    public static void ToFloat32(this ElementType type, ReadOnlySpan<byte> stored, Span<float> floats)
    {
        // First to last and one at a time: a float is only ever written over values that have been read.
        for (var i = 0; i < floats.Length; i++)
        {
            floats[i] = type switch
            {
                ElementType.F64 => (float)At<double>(stored, i),
                ElementType.F32 => At<float>(stored, i),
                ElementType.F16 => (float)At<Half>(stored, i),
                ElementType.BF16 => BitConverter.Int32BitsToSingle(At<ushort>(stored, i) << 16),
                ElementType.I64 => At<long>(stored, i),
                ElementType.I32 => At<int>(stored, i),
                ElementType.I16 => At<short>(stored, i),
                ElementType.I8 => (sbyte)stored[i],
                ElementType.U64 => At<ulong>(stored, i),
                ElementType.U32 => At<uint>(stored, i),
                ElementType.U16 => At<ushort>(stored, i),
                ElementType.BOOL => stored[i] == 0 ? 0 : 1,
                _ => stored[i],
            };
        }
    }

    private static T At<T>(ReadOnlySpan<byte> stored, int index)
        where T : unmanaged =>
        MemoryMarshal.Read<T>(stored[(index * Unsafe.SizeOf<T>())..]);
}
