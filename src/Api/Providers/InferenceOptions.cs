using System.ComponentModel.DataAnnotations;
using FcnService.Inference.Providers;

namespace FcnService.Api.Providers;

/// <summary>What networks run on: the section Inference. All but Provider is ignored on the processor.</summary>
internal sealed class InferenceOptions
{
    private const long BytesPerMegabyte = 1_000_000;

    /// <summary>
    /// auto: CUDA where the provider's library and a device are there, else the processor. cuda: CUDA, or the service does not start. cpu: the
    /// processor. Default auto.
    /// </summary>
    [EnumDataType(typeof(ProviderChoice), ErrorMessage = "Inference:Provider is none of: auto, cuda, cpu.")]
    public ProviderChoice Provider { get; set; } = ProviderChoice.Auto;

    /// <summary>The GPU's number, as CUDA_VISIBLE_DEVICES leaves and orders them, 0 to 1,024. Default 0.</summary>
    [Range(0, 1_024, ErrorMessage = "Inference:DeviceId is outside 0 to 1024.")]
    public int DeviceId { get; set; }

    /// <summary>The most device memory that each model takes, in megabytes, 0 to 10,000,000; 0 leaves it open. Default 0.</summary>
    [Range(0, 10_000_000, ErrorMessage = "Inference:DeviceMemoryMegabytes is outside 0 to 10000000.")]
    public long DeviceMemoryMegabytes { get; set; }

    /// <summary>
    /// How cuDNN chooses a convolution's algorithm, at each change of the input's size: heuristic, by a quick rule; exhaustive, by a slower
    /// one; default, what runs anywhere. Default heuristic.
    /// </summary>
    [EnumDataType(typeof(ConvolutionSearch), ErrorMessage = "Inference:ConvolutionSearch is none of: heuristic, exhaustive, default.")]
    public ConvolutionSearch ConvolutionSearch { get; set; } = ConvolutionSearch.Heuristic;

    /// <summary>Whether a convolution may take as much scratch memory as it wants; without, 32 MB. Default true.</summary>
    public bool MaxWorkspace { get; set; } = true;

    /// <summary>Whether 32-bit convolutions may round what they multiply to TF32, on GPUs that have it. Default true.</summary>
    public bool Tf32 { get; set; } = true;

    /// <summary>Whether inputs and outputs go through page-locked memory. Default true.</summary>
    public bool PinnedMemory { get; set; } = true;

    /// <summary>Selects the provider.</summary>
    /// <exception cref="ProviderUnavailableException">CUDA is asked for and cannot be had.</exception>
    public ProviderSelection Select() => ProviderSelection.Select(Provider, new CudaSettings
    {
        DeviceId = DeviceId,
        MemoryLimitBytes = DeviceMemoryMegabytes * BytesPerMegabyte,
        ConvolutionSearch = ConvolutionSearch,
        MaxWorkspace = MaxWorkspace,
        Tf32 = Tf32,
        PinnedMemory = PinnedMemory,
    });
}
