using FcnService.Inference.Providers;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Inference.Models;

/// <summary>How sessions run: the one place where ONNX Runtime is configured.</summary>
public sealed record SessionSettings
{
    /// <summary>What networks run on.</summary>
    public ExecutionProvider Provider { get; init; } = ExecutionProvider.Cpu;

    /// <summary>Threads that one run works with; 0 takes one for each physical core, or just one beside a GPU.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// What the sides of inputs are multiples of, in pixels, beside what the model asks for; at least 1. On a GPU, inputs of few sizes run
    /// in batches and keep memory flat; on a CPU padding only costs.
    /// </summary>
    public int SizeMultiple { get; init; } = 1;

    /// <summary>Whether the optimised graph of a large model is kept beside it, for the next start. Ignored on a GPU.</summary>
    public bool KeepOptimizedGraph { get; init; }

    /// <summary>From how many bytes on a model is large. Smaller ones load in a fraction of a second.</summary>
    internal long LargeModelBytes { get; init; } = 64_000_000;

    /// <summary>Makes the options of a session.</summary>
    /// <exception cref="OnnxRuntimeException">The provider cannot be used.</exception>
    /// <remarks>
    /// What is not set, such as no arena, was measured on two cores and made no difference there. Weights are reordered when a model is loaded or,
    /// of a large one, once (<see cref="OptimizedGraph"/>).
    /// </remarks>
    internal SessionOptions CreateOptions()
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = Threads == 0 ? Provider.Threads : Threads,
            // A pattern is recorded for every size of photo, and reserves all of its memory in one piece: photos of many sizes make it
            // grow, and none becomes faster by it.
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        // Threads spin while they wait for others within a run; after it, that would be at the cost of whoever decodes or encodes.
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        Provider.Configure(options);
        return options;
    }
}
