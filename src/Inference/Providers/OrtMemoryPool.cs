using System.Buffers;
using System.Collections.Concurrent;
using System.Numerics;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Inference.Providers;

/// <summary>
/// Memory that one of ONNX Runtime's allocators gave, kept for the next use: locking pages takes longer than a copy through unlocked ones.
/// </summary>
/// <param name="allocator">Gives memory that the processor can read and write; must live as long as the process.</param>
internal sealed class OrtMemoryPool(OrtAllocator allocator) : MemoryPool<float>
{
    // The largest that an allocator's size has room for, a power of two.
    private const int Longest = 1 << 29;

    // Of each power of two, as in ImageBuffers.
    private static readonly int Kept = 2 * Environment.ProcessorCount;

    private readonly ConcurrentDictionary<int, ConcurrentBag<Buffer>> free = new();

    public override int MaxBufferSize => Longest;

    /// <summary>Takes memory of at least so many floats; disposing it brings it back.</summary>
    public override IMemoryOwner<float> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, Longest);
        var length = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(minBufferSize, 1024));
        return FreeOf(length).TryTake(out var buffer) ? buffer : new Buffer(this, length);
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var buffer in free.Values.SelectMany(buffers => buffers))
        {
            buffer.Free();
        }

        free.Clear();
    }

    private ConcurrentBag<Buffer> FreeOf(int length) => free.GetOrAdd(length, _ => []);

    private void TakeBack(Buffer buffer, int length)
    {
        if (FreeOf(length) is { } kept && kept.Count < Kept)
        {
            kept.Add(buffer);
        }
        else
        {
            buffer.Free();
        }
    }

    private sealed unsafe class Buffer(OrtMemoryPool pool, int length) : MemoryManager<float>
    {
        private readonly OrtMemoryAllocation memory = pool.Allocate(length);

        private float* Start => (float*)memory.DangerousGetHandle();

        public override Span<float> GetSpan() => new(Start, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(Start + elementIndex);

        public override void Unpin()
        {
        }

        public void Free() => memory.Dispose();

        protected override void Dispose(bool disposing) => pool.TakeBack(this, length);
    }

    private OrtMemoryAllocation Allocate(int length) => allocator.Allocate(checked((uint)length * sizeof(float)));
}
