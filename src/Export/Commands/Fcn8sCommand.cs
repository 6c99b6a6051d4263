using System.CommandLine;
using System.CommandLine.Parsing;
using FcnService.Export.Networks;
using FcnService.Export.Onnx;
using FcnService.Export.Weights;

namespace FcnService.Export.Commands;

/// <summary><c>export fcn8s</c>: FCN-8s with given or fresh weights.</summary>
internal static class Fcn8sCommand
{
    private const double BytesPerMegabyte = 1e6;

    private static readonly Option<double> Width = new("--width")
    {
        Description = "Multiplies VGG16's channels; a multiple of 1/64, at most 16.",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<int> Fc = new("--fc")
    {
        Description = "The channels of fc6 and fc7, 1 to 65536.",
        DefaultValueFactory = _ => 4096,
    };

    private static readonly Option<string> Classes = new("--classes")
    {
        Description = "voc, camvid, or a comma-separated list of names.",
        DefaultValueFactory = _ => "voc",
    };

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

    private static readonly Option<string?> License = new("--license")
    {
        Description = "The terms that the weights come under, in words; written into the model.",
    };

    private static readonly Option<string> Output = new("--output")
    {
        Description = "The ONNX file to write; its folder must exist.",
        Required = true,
        Validators = { RefuseEmptyPath },
    };

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var command = new Command("fcn8s", "FCN-8s on VGG16, for images whose sides are multiples of 32.")
        {
            Width, Fc, Classes, Weights, Seed, License, Output,
        };
        command.SetAction(Export);
        return command;
    }

    private static void Export(ParseResult arguments)
    {
        var output = arguments.GetValue(Output)!;
        var classes = ClassNames.Parse(arguments.GetValue(Classes)!);
        var network = Fcn.Fcn8s(classes.Count, arguments.GetValue(Width), arguments.GetValue(Fc));
        OnnxWriter.RefuseTooLarge(network);

        var weights = arguments.GetValue(Weights) is { } file
            ? NetworkWeights.Match(network, Safetensors.Read(file), file)
            : Initialization.Create(network, arguments.GetValue(Seed));
        OnnxWriter.Write(output, weights, Metadata.Describe(network, classes, arguments.GetValue(License)));

        var megabytes = new FileInfo(output).Length / BytesPerMegabyte;
        arguments.InvocationConfiguration.Output.WriteLine(FormattableString.Invariant(
            $"{output}: {network.Name}, {classes.Count} classes, {network.ParameterCount:N0} parameters, {megabytes:F1} MB"));
    }

    private static void RefuseEmptyPath(OptionResult result)
    {
        if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
        {
            result.AddError($"{result.Option.Name} is empty; expected a file.");
        }
    }
}
