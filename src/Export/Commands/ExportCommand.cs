using System.CommandLine;

namespace FcnService.Export.Commands;

/// <summary><c>export NETWORK</c>: a subcommand for each network.</summary>
internal static class ExportCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create() => new("export", "Writes a network as an ONNX model that describes itself to the service.")
    {
        Fcn8sCommand.Create(),
    };
}
