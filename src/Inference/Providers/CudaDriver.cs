using System.Runtime.InteropServices;
using System.Text;

namespace FcnService.Inference.Providers;

/// <summary>
/// NVIDIA's driver, asked by <see href="https://docs.nvidia.com/cuda/cuda-driver-api/">its own interface</see>, which is there without CUDA.
/// </summary>
internal static unsafe class CudaDriver
{
    private const int Success = 0;
    private const int NoDevice = 100;
    private const int MostNameBytes = 256;

    private static string LibraryName { get; } = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    /// <summary>Lists the devices that this process may use.</summary>
    /// <returns>Their names; the index is the number that CUDA gives a device.</returns>
    /// <exception cref="ProviderUnavailableException">There is no driver, or it does not work.</exception>
    public static IReadOnlyList<string> FindDevices() => FindDevices(LibraryName);

    internal static IReadOnlyList<string> FindDevices(string libraryName)
    {
        if (!NativeLibrary.TryLoad(libraryName, out var library))
        {
            throw new ProviderUnavailableException(
                $"{libraryName} of NVIDIA's driver is missing: install the driver, or give the container the GPU (docker run --gpus all)");
        }

        var initialize = (delegate* unmanaged<uint, int>)NativeLibrary.GetExport(library, "cuInit");
        var getCount = (delegate* unmanaged<int*, int>)NativeLibrary.GetExport(library, "cuDeviceGetCount");
        var count = 0;
        var result = initialize(0);
        if (result == NoDevice)
        {
            return [];
        }

        if (result != Success || (result = getCount(&count)) != Success)
        {
            throw new ProviderUnavailableException(
                $"{libraryName} of NVIDIA's driver fails with error {result}: nvidia-smi may tell more, and "
                + "https://docs.nvidia.com/cuda/cuda-driver-api/ lists the errors");
        }

        return [.. Enumerable.Range(0, count).Select(id => NameOf(library, id))];
    }

    private static string NameOf(nint library, int id)
    {
        var getDevice = (delegate* unmanaged<int*, int, int>)NativeLibrary.GetExport(library, "cuDeviceGet");
        var getName = (delegate* unmanaged<byte*, int, int, int>)NativeLibrary.GetExport(library, "cuDeviceGetName");
        int device;
        var name = stackalloc byte[MostNameBytes];
        return getDevice(&device, id) == Success && getName(name, MostNameBytes, device) == Success
            ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name))
            : "without a name";
    }
}
