using FcnService.Inference.Providers;

namespace FcnService.Inference.Tests.Providers;

public sealed class CudnnTests
{
    [Fact]
    public void Find_NoSuchLibrary_NamesTheFirst()
    {
        var fault = Assert.Throws<ProviderUnavailableException>(() => Cudnn.Find(["libcudnn-of-nobody.so.9", "libcudnn-of-nobody.so"]));

        Assert.StartsWith("libcudnn-of-nobody.so.9 of cuDNN is missing", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_LastNameIsThere_IsContent() => Cudnn.Find(["libcudnn-of-nobody.so.9", OperatingSystem.IsWindows() ? "kernel32.dll" : "libc"]);
}
