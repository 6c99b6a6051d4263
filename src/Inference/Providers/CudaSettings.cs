using System.Globalization;

namespace FcnService.Inference.Providers;

/// <summary>How networks run on a GPU. What is set by default, and why, is in docs/decisions/cuda.md.</summary>
public sealed record CudaSettings
{
    /// <summary>The device's number, as CUDA_VISIBLE_DEVICES leaves and orders them, from 0.</summary>
    public int DeviceId { get; init; }

    /// <summary>The most device memory that weights and features of one model take, in bytes; 0 leaves it open.</summary>
    public long MemoryLimitBytes { get; init; }

    /// <summary>How cuDNN chooses the algorithm of a convolution, whenever the input is of another size than the one before.</summary>
    public ConvolutionSearch ConvolutionSearch { get; init; } = ConvolutionSearch.Heuristic;

    /// <summary>Whether an algorithm may take as much scratch memory as it wants; without, 32 MB.</summary>
    public bool MaxWorkspace { get; init; } = true;

    /// <summary>Whether convolutions of 32-bit floats may round their factors to TF32, 10 bits of fraction, on GPUs that have it.</summary>
    public bool Tf32 { get; init; } = true;

    /// <summary>Whether inputs and outputs go through page-locked memory, which the device reads and writes by itself.</summary>
    public bool PinnedMemory { get; init; } = true;

    /// <summary>
    /// The provider's options but for the device, by the names that
    /// <see href="https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html">ONNX Runtime documents</see>.
    /// </summary>
    internal Dictionary<string, string> ToOptions()
    {
        var options = new Dictionary<string, string>
        {
            ["cudnn_conv_algo_search"] = ConvolutionSearch.ToString().ToUpperInvariant(),
            ["cudnn_conv_use_max_workspace"] = MaxWorkspace ? "1" : "0",
            ["use_tf32"] = Tf32 ? "1" : "0",
        };
        if (MemoryLimitBytes > 0)
        {
            options["gpu_mem_limit"] = MemoryLimitBytes.ToString(CultureInfo.InvariantCulture);
        }

        return options;
    }
}

/// <summary>
/// How cuDNN chooses the algorithm of a convolution. The names are ONNX Runtime's; what they mean since it asks cuDNN 9 is
/// <see href="https://docs.nvidia.com/deeplearning/cudnn/backend/latest/api/cudnn-graph-library.html">one of its heuristics</see>.
/// </summary>
public enum ConvolutionSearch
{
    /// <summary>CUDNN_HEUR_MODE_A: by rules, fast.</summary>
    Heuristic,

    /// <summary>CUDNN_HEUR_MODE_B: more careful than mode A, and slower; nothing is tried out.</summary>
    Exhaustive,

    /// <summary>CUDNN_HEUR_MODE_FALLBACK: what runs anywhere, not what runs fast.</summary>
    Default,
}
