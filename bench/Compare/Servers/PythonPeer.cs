using System.Diagnostics;
using FcnService.Load.Harness;

namespace FcnService.Compare.Servers;

/// <summary><c>bench/peers/python</c>: FastAPI and PyTorch, both from Debian.</summary>
internal sealed class PythonPeer : IServer
{
    // Debian's own, whatever else is first on the PATH.
    private const string Interpreter = "/usr/bin/python3";

    private const string Versions =
        "import sys, fastapi, numpy, onnx, PIL, torch, uvicorn; "
        + "print(f'Python {sys.version.split()[0]}, FastAPI {fastapi.__version__}, uvicorn {uvicorn.__version__}, PyTorch {torch.__version__}')";

    private static readonly string Folder = Path.Combine(ServiceProcess.Repository, "bench", "peers", "python");

    public string ReadyPath => "/health";

    public bool TellsStages => false;

    public string Prepare()
    {
        const string remedy = "install Debian's python3-fastapi, python3-uvicorn, python3-torch, python3-pil, python3-numpy, python3-onnx "
            + "and libopenblas0-pthread";
        return $"python: {Tool.Run(Interpreter, ["-c", Versions], Folder, remedy).Trim()}";
    }

    public ProcessStartInfo Command(string model, int multipleOf, int port) =>
        new(Interpreter, ["server.py", "--model", model, "--multiple", $"{multipleOf}", "--port", $"{port}"]) { WorkingDirectory = Folder };
}
