using System.Diagnostics;
using System.Runtime.InteropServices;
using FcnService.Inference.Providers;
using FcnService.Load.Harness;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Compare.Servers;

/// <summary>This service as it is built, with its defaults.</summary>
/// <param name="provider">What its networks run on.</param>
/// <param name="settings">Arguments that differ from the defaults.</param>
internal sealed class Service(ProviderChoice provider, params IReadOnlyList<string> settings) : IServer
{
    public string ReadyPath => "/healthz/ready";

    public bool TellsStages => true;

    public string Prepare()
    {
        try
        {
            var device = ProviderSelection.Select(provider, new CudaSettings()).Provider.Device;
            return $"service: {RuntimeInformation.FrameworkDescription}, ONNX Runtime {OrtEnv.Instance().GetVersionString()} on {device}";
        }
        catch (ProviderUnavailableException missing)
        {
            throw new UnavailableException($"{missing.Message}.");
        }
    }

    public ProcessStartInfo Command(string model, int multipleOf, int port) => ServiceProcess.Command(
        ServiceProcess.Folder,
        port,
        [
            $"--Models:Directory={Path.GetDirectoryName(model)}",
            $"--Models:Default={Path.GetFileNameWithoutExtension(model)}",
            $"--Inference:Provider={provider}",
            .. settings,
        ]);
}
