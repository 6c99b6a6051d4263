using System.CommandLine;
using FcnService.Export.Networks;
using FcnService.Export.Weights;

namespace FcnService.Export.Commands;

/// <summary><c>import WEIGHTS --network NETWORK</c>: published weights as a model that is served.</summary>
internal static class ImportCommand
{
    private static readonly Argument<string?> Weights = new("weights")
    {
        Description = "Caffe, PyTorch, safetensors or TorchSharp weights, told by content.",
        Arity = ArgumentArity.ZeroOrOne,
        Validators = { ModelOutput.RefuseEmptyPath },
    };

    private static readonly Option<string?> InitFrom = new("--init-from")
    {
        Description = "Instead of WEIGHTS, those of a simpler network: score layers that they lack start from zero.",
        Validators = { ModelOutput.RefuseEmptyPath },
    };

    private static readonly WordOption<NetworkChoice> Choice = new(
        "--network", "The network.", [.. NetworkChoice.All.Select(choice => (choice.Name, choice))]) { Required = true, DefaultValueFactory = null };

    // Published weights are of the authors' padding.
    private static readonly NetworkOptions Network = new([PaddingVariant.Original, PaddingVariant.Same], "Multiplies the trunk's channels.");

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var command = new Command("import", "Writes published weights as an ONNX model that describes itself to the service.") { Weights, Choice, InitFrom };
        foreach (var option in Network.All.Concat(ModelOutput.Options))
        {
            command.Add(option);
        }

        command.SetAction(Import);
        return command;
    }

    private static void Import(ParseResult arguments)
    {
        var (network, classes) = Network.Create(Choice.Read(arguments), arguments);
        var import = (arguments.GetValue(Weights), arguments.GetValue(InitFrom)) switch
        {
            ({ } weights, null) => WeightImport.Read(network, weights),
            (null, { } simpler) => WeightImport.InitializeFrom(network, simpler),
            _ => throw new ExportException("Expected one file of weights: either as the argument, or as --init-from."),
        };

        var output = arguments.InvocationConfiguration.Output;
        output.WriteLine($"{arguments.GetValue(Weights) ?? arguments.GetValue(InitFrom)}: {import.Format}");
        foreach (var name in import.Initialized)
        {
            output.WriteLine($"  {name} starts from zero");
        }

        foreach (var name in import.LeftOut)
        {
            output.WriteLine($"  {name} is left out");
        }

        ModelOutput.Write(import.Weights, import.Input, classes, arguments);
    }
}
