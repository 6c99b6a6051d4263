using System.Buffers;
using FcnService.Inference.Providers;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Inference.Tests.Providers;

/// <summary>
/// A provider that says it is CUDA and runs on the processor, with memory for inputs that comes from ONNX Runtime, as pinned memory does.
/// </summary>
internal sealed class StandIn(string device) : ExecutionProvider
{
    public override string Name => "cuda";

    public override string Device => device;

    /// <summary>Whether graphs can be kept.</summary>
    public bool CanKeep { get; init; }

    /// <summary>How many sessions fail before one is made.</summary>
    public int Failures { get; init; }

    /// <summary>What it sets.</summary>
    public Action<SessionOptions> Settings { get; init; } = _ => { };

    /// <summary>How many sessions were asked of it.</summary>
    public int Sessions { get; private set; }

    internal override int Threads => 1;

    internal override bool CanKeepGraphs => CanKeep;

    internal override MemoryPool<float> InputMemory { get; } = new OrtMemoryPool(OrtAllocator.DefaultInstance);

    internal override OrtMemoryInfo OutputMemory => OrtMemoryInfo.DefaultInstance;

    internal override void Configure(SessionOptions options)
    {
        if (Sessions++ < Failures)
        {
            options.RegisterCustomOpLibrary("no-such-library");
        }

        Settings(options);
    }

    internal override void Verify(InferenceSession session, string model)
    {
    }
}
