using System.Buffers;

namespace FcnService.Inference;

/// <summary>The pools for what is as large as an image: encoded files, pixels, tensors, labels.</summary>
/// <remarks>
/// The runtime's shared pool keeps an array of each size for each thread that ever gave one back, and a service's threads are many. These
/// keep what was in use at one time, whichever thread it was.
/// </remarks>
public static class ImageBuffers
{
    // The largest that is kept, in elements; larger ones are made anew each time.
    private const int Longest = 1 << 27;

    // Of each power of two.
    private static readonly int Kept = 2 * Environment.ProcessorCount;

    /// <summary>Arrays of bytes.</summary>
    public static ArrayPool<byte> Bytes { get; } = ArrayPool<byte>.Create(Longest, Kept);

    /// <summary>Arrays of 32-bit floats.</summary>
    public static ArrayPool<float> Floats { get; } = ArrayPool<float>.Create(Longest, Kept);
}
