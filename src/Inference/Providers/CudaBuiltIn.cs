using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Inference.Providers;

/// <summary>The CUDA provider of an ONNX Runtime that was built with it, as in the official package.</summary>
internal static class CudaBuiltIn
{
    /// <summary>Whether this ONNX Runtime was built with CUDA; the provider's library need not be there.</summary>
    public static bool IsThere => OrtEnv.Instance().GetAvailableProviders().Contains(CudaProvider.OrtName);

    /// <summary>Makes the provider of a device.</summary>
    /// <param name="settings">How to run.</param>
    /// <param name="device">The device's name.</param>
    /// <exception cref="ProviderUnavailableException">A library that it needs cannot be loaded.</exception>
    public static ExecutionProvider Open(CudaSettings settings, string device)
    {
        try
        {
            // Loads the libraries now, not with the first model, whose fault it would not be.
            using var tried = new SessionOptions();
            Append(tried, settings);
        }
        catch (OnnxRuntimeException error)
        {
            throw new ProviderUnavailableException($"the CUDA provider cannot be loaded; it needs CUDA 13: {error.Message}", error);
        }

        // Inputs stay where they are: outside a session this ONNX Runtime has no allocator of pinned memory to share.
        return new CudaProvider(
            device,
            options => Append(options, settings),
            ImageBuffers.FloatMemory,
            settings.PinnedMemory
                ? new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA_PINNED, OrtAllocatorType.DeviceAllocator, settings.DeviceId, OrtMemType.CpuOutput)
                : OrtMemoryInfo.DefaultInstance);
    }

    private static void Append(SessionOptions options, CudaSettings settings)
    {
        using var cuda = new OrtCUDAProviderOptions();
        var given = settings.ToOptions();
        given["device_id"] = settings.DeviceId.ToString(CultureInfo.InvariantCulture);
        cuda.UpdateOptions(given);
        options.AppendExecutionProvider_CUDA(cuda);
    }
}
