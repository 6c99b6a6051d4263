using System.CommandLine;
using FcnService.Export.Networks;
using FcnService.Export.Onnx;
using FcnService.Export.Weights;

namespace FcnService.Export.Commands;

/// <summary><c>export NETWORK</c>: a network with given or fresh weights as ONNX.</summary>
internal static class ExportCommand
{
    private static readonly Option<string?> Weights = new("--weights")
    {
        Description = "Caffe, PyTorch, safetensors or TorchSharp weights, told by content; without them they are those before training.",
        Validators = { ModelOutput.RefuseEmptyPath },
    };

    private static readonly Option<string?> FromTorchSharp = new("--from-torchsharp")
    {
        Description = "The state of a TorchSharp module (.dat), loaded by TorchSharp itself; needs a build with -p:TorchSharp=true.",
        Validators = { ModelOutput.RefuseEmptyPath },
    };

    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "Of the random weights; ignored with weights.",
        DefaultValueFactory = _ => 1,
    };

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var command = new Command("export", "Writes a network as an ONNX model that describes itself to the service.");
        foreach (var subcommand in NetworkOptions.Subcommands([Weights, FromTorchSharp, Seed, .. ModelOutput.Options], Export))
        {
            command.Add(subcommand);
        }

        return command;
    }

    private static void Export(Network network, IReadOnlyList<string> classes, ParseResult arguments)
    {
        OnnxWriter.RefuseTooLarge(network);
        var (weights, input) = (arguments.GetValue(Weights), arguments.GetValue(FromTorchSharp)) switch
        {
            (null, null) => (Initialization.Create(network, arguments.GetValue(Seed)), NamingScheme.Authors.Input),
            ({ } file, null) => Read(network, file),
            (null, { } state) => (ReadByTorchSharp(network, state), NamingScheme.Authors.Input),
            _ => throw new ExportException("Both --weights and --from-torchsharp are there; expected one of them."),
        };
        ModelOutput.Write(weights, input, classes, arguments);
    }

    private static (NetworkWeights Weights, Inference.Models.InputDescription Input) Read(Network network, string path)
    {
        var import = WeightImport.Read(network, path);
        return (import.Weights, import.Input);
    }

#if TORCHSHARP
    private static NetworkWeights ReadByTorchSharp(Network network, string path)
    {
        using var module = Torch.NetworkModuleFiles.LoadDat(network, path);
        return module.ToWeights();
    }
#else
    private static NetworkWeights ReadByTorchSharp(Network network, string path) => throw new ExportException(
        $"{path} cannot be loaded by TorchSharp: this build is without it. Build with -p:TorchSharp=true, or give the file as --weights.");
#endif
}
