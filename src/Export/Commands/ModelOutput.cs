using System.CommandLine;
using System.CommandLine.Parsing;
using FcnService.Export.Onnx;
using FcnService.Export.Weights;
using FcnService.Inference.Models;

namespace FcnService.Export.Commands;

/// <summary>The options that say how a model is written, and the writing, for every command that writes one.</summary>
internal static class ModelOutput
{
    private const double BytesPerMegabyte = 1e6;

    private static readonly WordOption<WeightPrecision> Precision = new(
        "--precision",
        "fp32; fp16 for half the file; or fp16-compute for half the file and computations in fp16, on GPUs. Inputs and outputs are fp32 in "
        + "all, computations in the first two.",
        ("fp32", WeightPrecision.Full),
        ("fp16", WeightPrecision.Half),
        ("fp16-compute", WeightPrecision.HalfThroughout));

    private static readonly WordOption<bool> LeavesUpsampling = new(
        "--upsampling",
        "model: scores of the image's size; service: the model stops before its last upsampling, which the service does faster, with the "
        + "same labels.",
        ("model", false),
        ("service", true));

    private static readonly WordOption<OutputKind> Argmax = new(
        "--argmax",
        "service: the model gives scores, of which the service takes the best; model: it takes the best itself and gives labels, a byte a "
        + "pixel, as suits a GPU.",
        ("service", OutputKind.Logits),
        ("model", OutputKind.Labels));

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

    /// <summary>The options.</summary>
    public static IReadOnlyList<Option> Options { get; } = [FrameOption.Option, Precision, LeavesUpsampling, Argmax, License, Output];

    /// <summary>Writes the model that a command line asks for, and says so.</summary>
    /// <param name="weights">The network and its weights.</param>
    /// <param name="input">The images that the weights were trained on.</param>
    /// <param name="classes">The class names by label.</param>
    /// <param name="arguments">The command line.</param>
    /// <exception cref="ExportException">
    /// The options contradict each other, the file cannot be written, a weight is too large for the precision, or weights are too many for
    /// a stored frame.
    /// </exception>
    public static void Write(NetworkWeights weights, InputDescription input, IReadOnlyList<string> classes, ParseResult arguments)
    {
        var kind = Argmax.Read(arguments);
        if (kind == OutputKind.Labels && LeavesUpsampling.Read(arguments))
        {
            throw new ExportException("--argmax is model and --upsampling is service; expected the last upsampling in the model, before its argmax.");
        }

        var coarse = LeavesUpsampling.Read(arguments) ? CoarseScores.Of(weights) : null;
        var written = FrameOption.Apply(coarse?.Weights ?? weights, arguments);
        var network = written.Network;
        var output = arguments.GetValue(Output)!;
        var description = Metadata.Describe(network, input, classes, arguments.GetValue(License), coarse?.Upsampling, kind);
        var bytes = OnnxWriter.Write(output, written, description, Precision.Read(arguments));
        arguments.InvocationConfiguration.Output.WriteLine(FormattableString.Invariant(
            $"{output}: {network.Name}, {classes.Count} classes, {network.ParameterCount:N0} parameters, {bytes / BytesPerMegabyte:F1} MB"));
    }

    /// <summary>Refuses an argument's path that is empty.</summary>
    public static void RefuseEmptyPath(ArgumentResult result)
    {
        if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
        {
            result.AddError($"The argument {result.Argument.Name} is empty; expected a file.");
        }
    }

    /// <summary>Refuses an option's path that is empty.</summary>
    public static void RefuseEmptyPath(OptionResult result)
    {
        if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
        {
            result.AddError($"{result.Option.Name} is empty; expected a file.");
        }
    }
}
