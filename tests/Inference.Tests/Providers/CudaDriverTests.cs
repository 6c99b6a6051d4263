using FcnService.Inference.Providers;

namespace FcnService.Inference.Tests.Providers;

public sealed class CudaDriverTests
{
    [Fact]
    public void FindDevices_NoDriver_NamesItsLibraryAndSaysWhatToDo()
    {
        var fault = Assert.Throws<ProviderUnavailableException>(() => CudaDriver.FindDevices("libcuda-of-nobody.so.1"));

        Assert.StartsWith("libcuda-of-nobody.so.1 of NVIDIA's driver is missing: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("--gpus", fault.Message, StringComparison.Ordinal);
    }
}
