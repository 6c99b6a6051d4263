using System.Runtime.InteropServices;

namespace FcnService.Inference.Tests;

/// <summary>Tests that look at the whole process, one after another when all others are done.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Alone;

[Collection<Alone>]
public sealed class NativeMemoryTests
{
    private const int Pieces = 20_000;
    private const int PieceBytes = 10_000;

    [Fact]
    public void GiveBackNowAndThen_MemoryThatIsFreeBelowWhatIsNot_GoesBack()
    {
        Assert.SkipUnless(NativeLibrary.TryLoad("libc.so.6", out _), "There is no glibc.");
        var memory = Enumerable.Range(0, Pieces).Select(_ => Allocate(PieceBytes)).ToList();
        memory.ForEach(piece => Marshal.Copy(new byte[PieceBytes], 0, piece, PieceBytes));
        // The last stays, and so does the arena's end.
        memory[..^1].ForEach(Free);
        var before = ResidentBytes();

        while (!NativeMemory.GiveBackNowAndThen())
        {
        }

        var given = before - ResidentBytes();
        Free(memory[^1]);
        Assert.True(given > Pieces / 2 * PieceBytes, $"Of {Pieces * PieceBytes:N0} bytes that were free, {given:N0} went back.");
    }

    private static long ResidentBytes() =>
        long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) * Environment.SystemPageSize;

    [DllImport("libc.so.6", EntryPoint = "malloc")]
    private static extern nint Allocate(nuint bytes);

    [DllImport("libc.so.6", EntryPoint = "free")]
    private static extern void Free(nint memory);
}
