using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FcnService.Inference;

/// <summary>
/// The memory of native libraries, where glibc gives it. What threads take and give back in larger pieces it keeps for them, more the longer
/// they go on, and each in an arena of the thread's own: while decodes move from thread to thread, memory grows for a thousand photos.
/// </summary>
internal static unsafe class NativeMemory
{
    // malloc.h
    private const int MapThreshold = -3;

    // Of 2 cores' processes, one with 256 KB still grew, and one with 64 KB did not (tests/Load --case memory).
    private const int MappedBytes = 64 * 1024;

    /// <summary>
    /// Has pieces from 64 KB on come from the system and go back there, unless MALLOC_MMAP_THRESHOLD_ says something else. That the
    /// arenas are few would do, too, but can be said only before the process starts.
    /// </summary>
#pragma warning disable CA2255 // Nobody is to forget it, neither the service nor a tool nor a test.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void GiveBackLargePieces()
    {
        if (OperatingSystem.IsLinux()
            && Environment.GetEnvironmentVariable("MALLOC_MMAP_THRESHOLD_") is null
            && NativeLibrary.TryLoad("libc.so.6", out var library)
            && NativeLibrary.TryGetExport(library, "mallopt", out var function))
        {
            _ = ((delegate* unmanaged<int, int, int>)function)(MapThreshold, MappedBytes);
        }
    }
}
