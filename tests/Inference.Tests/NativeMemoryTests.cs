using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FcnService.Inference.Tests;

public sealed class NativeMemoryTests
{
    private const int Pieces = 1000;

    [Fact]
    public void GiveBackLargePieces_PiecesOf100Kilobytes_AreMapped()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out _), "There is no glibc.");
        Assert.SkipWhen(Environment.GetEnvironmentVariable("MALLOC_MMAP_THRESHOLD_") is not null, "MALLOC_MMAP_THRESHOLD_ says something else.");
        RuntimeHelpers.RunModuleConstructor(typeof(Segmenter).Module.ModuleHandle);
        var before = ReadState().MappedPieces;
        var memory = Enumerable.Range(0, Pieces).Select(_ => Allocate(100_000)).ToList();
        var mapped = (long)ReadState().MappedPieces - (long)before;
        memory.ForEach(Free);

        // What was free before may serve some.
        Assert.True(mapped > 0.9 * Pieces, $"Of {Pieces} pieces {mapped} are mapped.");
    }

    [DllImport("libc.so.6", EntryPoint = "malloc")]
    private static extern nint Allocate(nuint bytes);

    [DllImport("libc.so.6", EntryPoint = "free")]
    private static extern void Free(nint memory);

    [DllImport("libc.so.6", EntryPoint = "mallinfo2")]
    private static extern AllocatorState ReadState();

    // struct mallinfo2 of malloc.h.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct AllocatorState
    {
        private readonly nuint arena, ordblks, smblks;

        public readonly nuint MappedPieces;

        private readonly nuint hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
    }
}
