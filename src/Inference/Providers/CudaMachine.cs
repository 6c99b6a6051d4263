namespace FcnService.Inference.Providers;

/// <summary>What CUDA takes of a machine, in the order in which it is asked for; each refuses with what is missing.</summary>
/// <param name="FindProvider">The provider's library.</param>
/// <param name="FindDevices">The devices that may be used, by their names.</param>
/// <param name="FindCudnn">The library that runs convolutions.</param>
/// <param name="Open">Makes the provider of a device, which has the name given.</param>
internal sealed record CudaMachine(
    Action FindProvider, Func<IReadOnlyList<string>> FindDevices, Action FindCudnn, Func<CudaSettings, string, ExecutionProvider> Open)
{
    /// <summary>This machine: the provider lies as a plugin beside the service, or comes with ONNX Runtime.</summary>
    public static CudaMachine This
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            return CudaBuiltIn.IsThere && !CudaPlugin.IsIn(folder)
                ? new CudaMachine(() => { }, CudaDriver.FindDevices, Cudnn.Find, CudaBuiltIn.Open)
                : new CudaMachine(
                    () => CudaPlugin.FindLibrary(folder, CudaBuiltIn.IsThere),
                    CudaDriver.FindDevices,
                    Cudnn.Find,
                    (settings, device) => CudaPlugin.TryOpen(folder, settings, device) ?? CudaBuiltIn.Open(settings, device));
        }
    }
}
