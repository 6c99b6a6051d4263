using FcnService.Inference.Providers;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Inference.Tests.Providers;

public sealed class CudaPluginTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void FindLibrary_FolderWithoutIt_NamesItAndSaysHowToGetIt()
    {
        var fault = Assert.Throws<ProviderUnavailableException>(() => CudaPlugin.FindLibrary(folder.Path, isBuiltForIt: true));

        Assert.StartsWith($"{CudaPlugin.LibraryName} is not in {folder.Path}", fault.Message, StringComparison.Ordinal);
        Assert.Contains("-p:Cuda=true", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FindLibrary_OnnxRuntimeBuiltWithoutCuda_RefusesToLoadIt()
    {
        folder.Write(CudaPlugin.LibraryName, "whatever");

        var fault = Assert.Throws<ProviderUnavailableException>(() => CudaPlugin.FindLibrary(folder.Path, isBuiltForIt: false));

        Assert.Contains($"in {folder.Path} beside an ONNX Runtime that was built without CUDA", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FindLibrary_BothThere_FindsIt()
    {
        folder.Write(CudaPlugin.LibraryName, "whatever");

        CudaPlugin.FindLibrary(folder.Path, isBuiltForIt: true);

        Assert.True(CudaPlugin.IsIn(folder.Path));
    }

    [Fact]
    public void IsThere_BuildThatBringsTheLibrary_BringsAnOnnxRuntimeForIt()
    {
        Assert.SkipUnless(CudaPlugin.IsIn(AppContext.BaseDirectory), $"{CudaPlugin.LibraryName} is not here: a build with -p:Cuda=true brings it.");

        Assert.True(CudaBuiltIn.IsThere);
    }

    [Fact]
    public void Register_FileThatIsNoLibrary_SaysSo()
    {
        folder.Write(CudaPlugin.LibraryName, "not a library");
        var library = Path.Combine(folder.Path, CudaPlugin.LibraryName);

        var fault = Assert.Throws<ProviderUnavailableException>(() => CudaPlugin.Register(OrtEnv.Instance(), library));

        Assert.StartsWith("the CUDA provider cannot be loaded; it needs CUDA 13: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(library, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Register_MachineWithoutCuda_NamesTheMissingLibrary()
    {
        var library = Path.Combine(
            SharedData.Repository,
            "vendor/OnnxRuntime/cuda/node_modules/com.github.asus4.onnxruntime.linux-x64-gpu/Plugins/Linux/x64",
            CudaPlugin.LibraryName);
        Assert.SkipUnless(File.Exists(library), $"{CudaPlugin.LibraryName} is not here: a build with -p:Cuda=true brings it.");
        Assert.SkipWhen(System.Runtime.InteropServices.NativeLibrary.TryLoad("libcublasLt.so.13", out _), "CUDA 13 is installed.");

        var fault = Assert.Throws<ProviderUnavailableException>(() => CudaPlugin.Register(OrtEnv.Instance(), library));

        Assert.Contains("libcublasLt.so.13: cannot open shared object file", fault.Message, StringComparison.Ordinal);
    }
}
