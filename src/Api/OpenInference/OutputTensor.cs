using System.Runtime.InteropServices;

namespace FcnService.Api.OpenInference;

/// <summary>A part of a tensor's elements, as binary data.</summary>
internal delegate ReadOnlySpan<byte> TensorPart();

/// <summary>An output tensor of an answer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">What its elements are.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Parts">Its elements, in parts that follow each other.</param>
/// <param name="IsBinary">Whether it is sent as binary data; else in JSON.</param>
internal sealed record OutputTensor(string Name, Datatype Datatype, IReadOnlyList<long> Shape, IReadOnlyList<TensorPart> Parts, bool IsBinary)
{
    /// <summary>The length of all elements as binary data, in bytes.</summary>
    public long Length => Parts.Sum(part => (long)part().Length);

    /// <summary>Whether the tensor can be sent as it is asked for: JSON has no number that is not finite.</summary>
    public bool CanBeSent => IsBinary || Datatype != Datatype.Fp32 || Parts.All(IsFinite);

    private static bool IsFinite(TensorPart part)
    {
        foreach (var value in MemoryMarshal.Cast<byte, float>(part()))
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }
}
