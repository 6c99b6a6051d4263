using System.Buffers;
using FcnService.Inference.Models;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Inference.Providers;

/// <summary>What networks run on. Lives as long as the process.</summary>
public abstract class ExecutionProvider
{
    /// <summary>The processor, which is always there.</summary>
    public static ExecutionProvider Cpu { get; } = new CpuProvider();

    /// <summary>"cpu" or "cuda".</summary>
    public abstract string Name { get; }

    /// <summary>The device, as its maker calls it; of a processor the architecture.</summary>
    public abstract string Device { get; }

    /// <summary>Threads of one run where nothing else is asked for; 0 is one for each physical core.</summary>
    internal abstract int Threads { get; }

    /// <summary>Whether the graph that ONNX Runtime makes of a model can be kept and loaded again as it is.</summary>
    internal abstract bool CanKeepGraphs { get; }

    /// <summary>Where inputs are written, readable by the processor and by the device.</summary>
    internal abstract MemoryPool<float> InputMemory { get; }

    /// <summary>Where outputs are put, readable by the processor.</summary>
    internal abstract OrtMemoryInfo OutputMemory { get; }

    /// <summary>Has a session run here.</summary>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime cannot.</exception>
    internal abstract void Configure(SessionOptions options);

    /// <summary>Refuses a session that runs elsewhere.</summary>
    /// <param name="session">A session that was made with what <see cref="Configure"/> left.</param>
    /// <param name="model">The model's name, for the message.</param>
    /// <exception cref="InvalidModelException">No node at the graph's edges runs here.</exception>
    internal abstract void Verify(InferenceSession session, string model);
}
