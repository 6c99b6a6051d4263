using System.CommandLine;
using System.Globalization;
using FcnService.Export.Weights;

namespace FcnService.Export.Commands;

/// <summary><c>inspect FILE</c>: what a file of weights or an ONNX model holds.</summary>
internal static class InspectCommand
{
    private static readonly Argument<string> File = new("file")
    {
        Description = "Caffe, PyTorch, safetensors, TorchSharp or ONNX, told by its content.",
        Validators =
        {
            result =>
            {
                if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
                {
                    result.AddError("FILE is empty; expected a file.");
                }
            },
        },
    };

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var command = new Command("inspect", "Lists the tensors of a file of weights or of an ONNX model, and its metadata.") { File };
        command.SetAction(arguments =>
        {
            using var file = WeightFile.Open(arguments.GetValue(File)!);
            Print(file, arguments.InvocationConfiguration.Output);
        });
        return command;
    }

    private static void Print(WeightFile file, TextWriter output)
    {
        output.WriteLine($"{file.Path}: {file.Format}");
        foreach (var (key, value) in file.Metadata)
        {
            output.WriteLine($"  {key}: {value}");
        }

        new TextTable("tensor", "type", "shape", ">values").Add(file.Tensors.Select(Row)).WriteTo(output);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{file.Tensors.Count:N0} tensors, {file.Tensors.Sum(tensor => tensor.Shape.Count):N0} values, " +
            $"{file.Tensors.Sum(tensor => tensor.ByteCount):N0} bytes"));
    }

    private static string[] Row(StoredTensor tensor) =>
    [
        tensor.Name, tensor.Type.ToString(), tensor.Shape.ToString(), tensor.Shape.Count.ToString("N0", CultureInfo.InvariantCulture),
    ];
}
