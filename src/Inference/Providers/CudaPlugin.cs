using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Inference.Providers;

/// <summary>The CUDA provider as a library of its own, which ONNX Runtime is told to load.</summary>
internal static class CudaPlugin
{
    private const string RegistrationName = "cuda";

    private static readonly Lock Gate = new();
    private static string? registered;

    /// <summary>The library's file name.</summary>
    public static string LibraryName { get; } =
        OperatingSystem.IsWindows() ? "onnxruntime_providers_cuda.dll" : "libonnxruntime_providers_cuda.so";

    /// <summary>Whether the library lies in a folder.</summary>
    public static bool IsIn(string folder) => File.Exists(PathIn(folder));

    /// <summary>Finds the library.</summary>
    /// <param name="folder">Where it must lie.</param>
    /// <param name="isBuiltForIt">
    /// Whether ONNX Runtime was built with CUDA. One that was not loads the library all the same, and ends the process with the first
    /// Slice: of the functions that a provider calls it lacks those for which the macro USE_CUDA is asked
    /// (onnxruntime/core/providers/cpu/cpu_provider_shared.h).
    /// </param>
    /// <exception cref="ProviderUnavailableException">It does not lie there, or must not be loaded.</exception>
    public static void FindLibrary(string folder, bool isBuiltForIt)
    {
        if (!IsIn(folder))
        {
            throw new ProviderUnavailableException($"{LibraryName} is not in {folder}: build with -p:Cuda=true");
        }

        if (!isBuiltForIt)
        {
            throw new ProviderUnavailableException(
                $"{LibraryName} is in {folder} beside an ONNX Runtime that was built without CUDA: build with -p:Cuda=true, which brings both");
        }
    }

    /// <summary>Makes the provider of a device.</summary>
    /// <param name="folder">Where the library lies.</param>
    /// <param name="settings">How to run.</param>
    /// <param name="device">The device's name.</param>
    /// <returns>
    /// The provider; null if ONNX Runtime does not offer the device: it looks in /sys/class/drm and /sys/bus/pci/devices, which not every
    /// container has.
    /// </returns>
    /// <exception cref="ProviderUnavailableException">The library cannot be loaded.</exception>
    public static ExecutionProvider? TryOpen(string folder, CudaSettings settings, string device)
    {
        var environment = OrtEnv.Instance();
        Register(environment, PathIn(folder));
        if (FindDevice(environment.GetEpDevices(), settings.DeviceId) is not { } found)
        {
            return null;
        }

        var pinned = found.GetMemoryInfo(OrtDeviceMemoryType.HOST_ACCESSIBLE);
        var isPinned = settings.PinnedMemory && !pinned.IsInvalid;
        return new CudaProvider(
            device,
            options => options.AppendExecutionProvider(environment, [found], settings.ToOptions()),
            isPinned && environment.GetSharedAllocator(pinned) is { } allocator ? new OrtMemoryPool(allocator) : ImageBuffers.FloatMemory,
            isPinned ? pinned : OrtMemoryInfo.DefaultInstance);
    }

    /// <summary>Loads the library, once in the life of the process.</summary>
    /// <exception cref="ProviderUnavailableException">It cannot be loaded.</exception>
    internal static void Register(OrtEnv environment, string library)
    {
        lock (Gate)
        {
            if (registered == library)
            {
                return;
            }

            try
            {
                environment.RegisterExecutionProviderLibrary(RegistrationName, library);
                registered = library;
            }
            catch (OnnxRuntimeException error)
            {
                throw new ProviderUnavailableException($"the CUDA provider cannot be loaded; it needs CUDA 13: {error.Message}", error);
            }
        }
    }

    private static OrtEpDevice? FindDevice(IReadOnlyList<OrtEpDevice> offered, int id)
    {
        var number = id.ToString(CultureInfo.InvariantCulture);
        return offered.FirstOrDefault(
            device => device.EpName == CudaProvider.OrtName && device.EpOptions.Entries.GetValueOrDefault("device_id", "0") == number);
    }

    private static string PathIn(string folder) => Path.Combine(folder, LibraryName);
}
