using System.Diagnostics;
using System.Runtime.InteropServices;
using FcnService.Load.Harness;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Compare.Servers;

/// <summary>This service as it is built, with its defaults.</summary>
internal sealed class Service : IServer
{
    public string ReadyPath => "/healthz/ready";

    public bool TellsStages => true;

    public string Prepare() => $"service: {RuntimeInformation.FrameworkDescription}, ONNX Runtime {OrtEnv.Instance().GetVersionString()}";

    public ProcessStartInfo Command(string model, int multipleOf, int port) => ServiceProcess.Command(
        ServiceProcess.Folder,
        port,
        $"--Models:Directory={Path.GetDirectoryName(model)}",
        $"--Models:Default={Path.GetFileNameWithoutExtension(model)}");
}
