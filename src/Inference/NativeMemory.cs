using System.Runtime.InteropServices;

namespace FcnService.Inference;

/// <summary>
/// The memory of native libraries, where glibc gives it. What a thread gives back stays with it, in an arena that keeps the room of the
/// largest image that was decoded there: while decodes move from thread to thread, memory would grow for a thousand photos.
/// </summary>
internal static unsafe class NativeMemory
{
    // Seldom enough to cost nothing, often enough for memory to stay flat (tests/Load --case memory).
    private const int ImagesBetween = 64;

    private static readonly delegate* unmanaged<nuint, int> Trim = FindTrim();

    private static int images;

    /// <summary>Gives back to the system what is free, now and then. Called after each image.</summary>
    /// <returns>Whether this was the time for it.</returns>
    public static bool GiveBackNowAndThen()
    {
        if (Trim == null || Interlocked.Increment(ref images) % ImagesBetween != 0)
        {
            return false;
        }

        // Leaves nothing that is free, in any arena.
        _ = Trim(0);
        return true;
    }

    // Other C libraries have nothing of the kind, nor the need for it.
    private static delegate* unmanaged<nuint, int> FindTrim() =>
        OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad("libc.so.6", out var library)
        && NativeLibrary.TryGetExport(library, "malloc_trim", out var function)
            ? (delegate* unmanaged<nuint, int>)function
            : null;
}
