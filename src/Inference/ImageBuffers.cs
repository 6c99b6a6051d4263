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

    /// <summary>The same arrays, for those who do not ask whose the memory is.</summary>
    public static MemoryPool<float> FloatMemory { get; } = new ArrayMemory<float>(Floats);

    private sealed class ArrayMemory<T>(ArrayPool<T> arrays) : MemoryPool<T>
    {
        public override int MaxBufferSize => Array.MaxLength;

        public override IMemoryOwner<T> Rent(int minBufferSize = -1) => new Rented(arrays, arrays.Rent(Math.Max(minBufferSize, 0)));

        protected override void Dispose(bool disposing)
        {
        }

        private sealed class Rented(ArrayPool<T> arrays, T[] array) : IMemoryOwner<T>
        {
            private T[]? array = array;

            public Memory<T> Memory => array ?? throw new ObjectDisposedException(nameof(Rented));

            public void Dispose()
            {
                if (Interlocked.Exchange(ref array, null) is { } rented)
                {
                    arrays.Return(rented);
                }
            }
        }
    }
}
