using System.Runtime.InteropServices;

namespace FcnService.Inference.Tests.Vendor;

public sealed class OnnxRuntimeTests
{
    private const string Project = "vendor/OnnxRuntime/OnnxRuntime.csproj";
    private const string Package = "Microsoft.ML.OnnxRuntime.Gpu";

    [Fact]
    public async Task PackageReference_FromNuGet_IsTheOfficialPackageInTheCentralVersion()
    {
        var references = await MSBuild.GetItems(Project, "PackageReference", "OnnxRuntimeFrom=NuGet");
        var versions = await MSBuild.GetItems(Project, "PackageVersion", "OnnxRuntimeFrom=NuGet");

        Assert.Contains(references, reference => reference.Get("Identity") == Package);
        Assert.Equal("1.29.0", Assert.Single(versions, version => version.Get("Identity") == Package).Get("Version"));
    }

    [Fact]
    public async Task PackageReference_ByDefault_IsNotThePackage()
    {
        var references = await MSBuild.GetItems(Project, "PackageReference");

        Assert.DoesNotContain(references, reference => reference.Get("Identity") == Package);
    }

    [Theory]
    [InlineData("linux-x64", "libonnxruntime.so", "Plugins/Linux/x64/libonnxruntime.so")]
    [InlineData("win-x64", "onnxruntime.dll", "Plugins/Windows/x64/onnxruntime.dll")]
    [InlineData("osx-arm64", "libonnxruntime.dylib", "Plugins/macOS/arm64/libonnxruntime.dylib")]
    public async Task NativeLibrary_OfEachPlatform_IsCopiedUnderTheNameThatIsLoaded(string runtime, string name, string file)
    {
        var copied = Assert.Single(await MSBuild.GetItems(Project, "None", $"RuntimeIdentifier={runtime}"));

        Assert.Equal(name, copied.Get("Link"));
        Assert.EndsWith(file, copied.Get("Identity"), StringComparison.Ordinal);
        // Two libraries come under one name, of which either may be the older one.
        Assert.Equal(("IfDifferent", "IfDifferent"), (copied.Get("CopyToOutputDirectory"), copied.Get("CopyToPublishDirectory")));
    }

    [Fact]
    public async Task NativeLibrary_WithCuda_IsThereWithItsProviders()
    {
        var copied = await MSBuild.GetItems(Project, "None", "RuntimeIdentifier=linux-x64", "Cuda=true");

        Assert.Equal(
            ["libonnxruntime.so", "libonnxruntime_providers_cuda.so", "libonnxruntime_providers_shared.so"],
            copied.Select(item => item.Get("Link")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task NativeLibrary_WithCuda_IsOneThatWasBuiltWithCuda()
    {
        var copied = await MSBuild.GetItems(Project, "None", "RuntimeIdentifier=linux-x64", "Cuda=true");

        Assert.EndsWith(
            "onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1",
            Assert.Single(copied, item => item.Get("Link") == "libonnxruntime.so").Get("Identity"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task NativeLibrary_FromNuGet_IsLeftToThePackage() =>
        Assert.Empty(await MSBuild.GetItems(Project, "None", $"RuntimeIdentifier={RuntimeInformation.RuntimeIdentifier}", "OnnxRuntimeFrom=NuGet"));
}
