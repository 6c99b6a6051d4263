using System.CommandLine;
using FcnService.Export.Commands;

var commands = new RootCommand("Builds segmentation networks, takes in published weights and writes ONNX.")
{
    ExportCommand.Create(),
    InspectCommand.Create(),
};

return commands.Run(args, Console.Out, Console.Error);
