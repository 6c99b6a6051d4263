namespace FcnService.Inference.Tests.Vendor;

public sealed class LibvipsTests
{
    [Theory]
    [InlineData("linux-x64", "libvips.so", "sharp-libvips-linux-x64/lib/libvips-cpp.so.8.18.7")]
    [InlineData("win-x64", "vips.dll", "sharp-win32-x64/lib/libvips-42.dll")]
    [InlineData("osx-arm64", "libvips.dylib", "sharp-libvips-darwin-arm64/lib/libvips-cpp.8.18.7.dylib")]
    public async Task NativeLibrary_OfEachPlatform_IsCopiedUnderTheNameThatIsLoaded(string runtime, string name, string file)
    {
        var copied = Assert.Single(await MSBuild.GetItems("vendor/Libvips/Libvips.csproj", "None", $"RuntimeIdentifier={runtime}"));

        Assert.Equal(name, copied.Get("Link"));
        Assert.EndsWith(file, copied.Get("Identity"), StringComparison.Ordinal);
        Assert.Equal(("IfDifferent", "IfDifferent"), (copied.Get("CopyToOutputDirectory"), copied.Get("CopyToPublishDirectory")));
    }
}
