using System.CommandLine;
using FcnService.Export.Commands;

var commands = new RootCommand("Builds segmentation networks, takes in published weights and writes ONNX.")
{
    ExportCommand.Create(),
    ImportCommand.Create(),
    DescribeCommand.Create(),
    EvaluateCommand.Create(),
    InspectCommand.Create(),
    QuantizeCommand.Create(),
    SegmentCommand.Create(),
};

return await commands.RunAsync(args, Console.Out, Console.Error);
