using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Inference.Providers;

/// <summary>ONNX Runtime's own provider, which every session has.</summary>
internal sealed class CpuProvider : ExecutionProvider
{
    public override string Name => "cpu";

    public override string Device { get; } = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    internal override int Threads => 0;

    internal override bool CanKeepGraphs => true;

    internal override MemoryPool<float> InputMemory => ImageBuffers.FloatMemory;

    internal override OrtMemoryInfo OutputMemory => OrtMemoryInfo.DefaultInstance;

    internal override void Configure(SessionOptions options)
    {
    }

    internal override void Verify(InferenceSession session, string model)
    {
    }
}
