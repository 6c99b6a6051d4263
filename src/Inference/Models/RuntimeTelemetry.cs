using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FcnService.Inference.Models;

/// <summary>
/// ONNX Runtime's own telemetry. Microsoft's libraries for Linux and macOS have it on: they tell mobile.events.data.microsoft.com of the
/// process, its sessions and its errors, and keep what they could not send, with a number for the machine, in the user's cache folder.
/// See <see href="https://github.com/microsoft/onnxruntime/blob/v1.29.0/docs/Privacy.md">Privacy</see>.
/// </summary>
internal static partial class RuntimeTelemetry
{
    /// <summary>Turns it off for this process; before ONNX Runtime is loaded, since what has begun goes on.</summary>
#pragma warning disable CA2255 // Nobody is to forget it, neither the service nor a tool nor a test.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void TurnOff()
    {
        // On Windows, events go no further than to the system's event tracing, unless somebody listens there.
        if (!OperatingSystem.IsWindows())
        {
            // Environment.SetEnvironmentVariable changes .NET's own copy, which native libraries do not see.
            _ = SetVariable("ORT_DISABLE_TELEMETRY", "1", overwrite: 1);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
