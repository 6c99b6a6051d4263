using FcnService.Inference.Providers;

namespace FcnService.Inference.Tests.Providers;

public sealed class CudaSettingsTests
{
    [Fact]
    public void ToOptions_Defaults_AreThoseThatAreDocumented() => Assert.Equal(
        ["cudnn_conv_algo_search=HEURISTIC", "cudnn_conv_use_max_workspace=1", "use_tf32=1"], Options(new CudaSettings()));

    [Fact]
    public void ToOptions_AllChanged_AreHandedOn() => Assert.Equal(
        ["cudnn_conv_algo_search=EXHAUSTIVE", "cudnn_conv_use_max_workspace=0", "gpu_mem_limit=8000000000", "use_tf32=0"],
        Options(new CudaSettings
        {
            MemoryLimitBytes = 8_000_000_000,
            ConvolutionSearch = ConvolutionSearch.Exhaustive,
            MaxWorkspace = false,
            Tf32 = false,
        }));

    private static IEnumerable<string> Options(CudaSettings settings) =>
        settings.ToOptions().Select(option => $"{option.Key}={option.Value}").Order(StringComparer.Ordinal);
}
