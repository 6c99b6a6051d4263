using System.CommandLine;
using System.CommandLine.Parsing;
using FcnService.Export.Networks;
using FcnService.Export.Onnx;
using FcnService.Export.Weights;

namespace FcnService.Export.Commands;

/// <summary><c>export NETWORK</c>: a network with given or fresh weights as ONNX.</summary>
internal static class ExportCommand
{
    private const double BytesPerMegabyte = 1e6;

    private static readonly Option<string?> Weights = new("--weights")
    {
        Description = "A safetensors file; without it the weights are those before training.",
        Validators = { RefuseEmptyPath },
    };

    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "Of the random weights; ignored with --weights.",
        DefaultValueFactory = _ => 1,
    };

    private static readonly WordOption<WeightPrecision> Precision = new(
        "--precision",
        "fp32, or fp16 for half the file; computations, inputs and outputs are fp32 in both.",
        ("fp32", WeightPrecision.Full),
        ("fp16", WeightPrecision.Half));

    private static readonly Option<string?> License = new("--license")
    {
        Description = "The terms that the weights come under, in words; written into the model.",
    };

    private static readonly Option<string> Output = new("--output")
    {
        Description = "The ONNX file to write; its folder must exist. Above 2 GB its weights go to a second file, OUTPUT.data.",
        Required = true,
        Validators = { RefuseEmptyPath },
    };

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var command = new Command("export", "Writes a network as an ONNX model that describes itself to the service.");
        foreach (var subcommand in NetworkOptions.Subcommands([Weights, Seed, Precision, License, Output], Export))
        {
            command.Add(subcommand);
        }

        return command;
    }

    private static void Export(Network network, IReadOnlyList<string> classes, ParseResult arguments)
    {
        OnnxWriter.RefuseTooLarge(network);
        var weights = arguments.GetValue(Weights) is { } file
            ? NetworkWeights.Match(network, Safetensors.Read(file), file)
            : Initialization.Create(network, arguments.GetValue(Seed));

        var output = arguments.GetValue(Output)!;
        var description = Metadata.Describe(network, classes, arguments.GetValue(License));
        var bytes = OnnxWriter.Write(output, weights, description, Precision.Read(arguments));
        arguments.InvocationConfiguration.Output.WriteLine(FormattableString.Invariant(
            $"{output}: {network.Name}, {classes.Count} classes, {network.ParameterCount:N0} parameters, {bytes / BytesPerMegabyte:F1} MB"));
    }

    private static void RefuseEmptyPath(OptionResult result)
    {
        if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
        {
            result.AddError($"{result.Option.Name} is empty; expected a file.");
        }
    }
}
