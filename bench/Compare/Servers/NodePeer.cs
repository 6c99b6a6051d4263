using System.Diagnostics;
using System.Text.Json;
using FcnService.Load.Harness;

namespace FcnService.Compare.Servers;

/// <summary><c>bench/peers/node</c>: fastify, sharp and onnxruntime-node.</summary>
internal sealed class NodePeer : IServer
{
    private static readonly string Folder = Path.Combine(ServiceProcess.Repository, "bench", "peers", "node");

    public string ReadyPath => "/health";

    public bool TellsStages => false;

    public string Prepare()
    {
        const string remedy = "install Node.js 20.15 or later, which brings npm";
        var node = Tool.Run("node", ["--version"], Folder, remedy).Trim();
        // Written by npm at the end of an installation.
        var installed = Path.Combine(Folder, "node_modules", ".package-lock.json");
        if (File.GetLastWriteTimeUtc(installed) < File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json")))
        {
            Tool.Run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], Folder, $"{remedy}, and see that npm reaches its registry");
        }

        using var package = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "package.json")));
        var packages = package.RootElement.GetProperty("dependencies").EnumerateObject().Select(entry => $"{entry.Name} {entry.Value}");
        return $"node: Node.js {node[1..]}, {string.Join(", ", packages)}";
    }

    public ProcessStartInfo Command(string model, int multipleOf, int port) =>
        new("node", ["server.js", "--model", model, "--multiple", $"{multipleOf}", "--port", $"{port}"])
        {
            WorkingDirectory = Folder,
            // As in the service: the load is all that is measured.
            Environment = { ["ORT_DISABLE_TELEMETRY"] = "1" },
        };
}
