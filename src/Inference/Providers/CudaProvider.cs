using System.Buffers;
using FcnService.Inference.Models;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Inference.Providers;

/// <summary>An NVIDIA GPU, however its provider came into the process.</summary>
/// <param name="device">What the driver calls the device.</param>
/// <param name="append">Puts the provider before that of the processor.</param>
/// <param name="inputMemory">Where inputs are written.</param>
/// <param name="outputMemory">Where outputs are put.</param>
internal sealed class CudaProvider(
    string device, Action<SessionOptions> append, MemoryPool<float> inputMemory, OrtMemoryInfo outputMemory) : ExecutionProvider
{
    /// <summary>ONNX Runtime's name of the provider.</summary>
    public const string OrtName = "CUDAExecutionProvider";

    public override string Name => "cuda";

    public override string Device => device;

    // The processor only starts kernels and computes shapes.
    internal override int Threads => 1;

    // What is kept is optimised for a processor; and ONNX Runtime does not reorder weights for a GPU, so that there is little to keep.
    internal override bool CanKeepGraphs => false;

    internal override MemoryPool<float> InputMemory => inputMemory;

    internal override OrtMemoryInfo OutputMemory => outputMemory;

    internal override void Configure(SessionOptions options)
    {
        append(options);
        // Models in 8 bits run in floats here. Their weights are converted once, when the model is loaded; otherwise it would be with
        // each run, and that of the biases on the processor.
        options.AddSessionConfigEntry("session.disable_quant_qdq", "1");
    }

    // A provider that takes no node leaves them all to the processor without a word. Forbidding the processor any node
    // (session.disable_cpu_ep_fallback) would forbid sums of shapes too, which belong there.
    internal override void Verify(InferenceSession session, string model)
    {
        using var inputs = session.GetMemoryInfosForInputs();
        using var outputs = session.GetMemoryInfosForOutputs();
        if (!inputs.Concat(outputs).Any(memory => memory.Name.StartsWith("Cuda", StringComparison.OrdinalIgnoreCase)))
        {
            throw new InvalidModelException(
                $"Model '{model}' would run on the processor: CUDA takes neither the node that reads its input nor the one that gives its output.");
        }
    }
}
