using System.Runtime.InteropServices;

namespace FcnService.Inference.Providers;

/// <summary>cuDNN, which runs the convolutions.</summary>
internal static class Cudnn
{
    // The names, in their order, that the provider tries itself.
    private static readonly string[] Names = OperatingSystem.IsWindows() ? ["cudnn64_9.dll"] : ["libcudnn.so.9", "libcudnn.so"];

    /// <summary>
    /// Finds the library. The provider loads without it, and fails with the first convolution
    /// (<see href="https://github.com/microsoft/onnxruntime/pull/29252">onnxruntime 29252</see>).
    /// </summary>
    /// <exception cref="ProviderUnavailableException">It is not there.</exception>
    public static void Find() => Find(Names);

    internal static void Find(IReadOnlyList<string> names)
    {
        if (!names.Any(name => NativeLibrary.TryLoad(name, out _)))
        {
            throw new ProviderUnavailableException($"{names[0]} of cuDNN is missing: install cuDNN 9 for CUDA 13");
        }
    }
}
