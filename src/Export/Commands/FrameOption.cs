using System.CommandLine;
using FcnService.Export.Frames;
using FcnService.Export.Networks;
using FcnService.Export.Weights;

namespace FcnService.Export.Commands;

/// <summary>The option that says where the maps around the image come from, for every command that shows or writes a network.</summary>
internal static class FrameOption
{
    private static readonly WordOption<bool> IsStored = new(
        "--frame",
        "stored: what VGG16's layers give in the zeros around the image, in original padding, comes with the model; "
        + "computed: it is computed with each image, as the authors have it.",
        ("stored", true),
        ("computed", false));

    /// <summary>The option.</summary>
    public static Option Option => IsStored;

    /// <summary>The network as a command line wants it.</summary>
    public static Network Apply(Network network, ParseResult arguments) =>
        IsStored.Read(arguments) ? StoredFrame.Apply(network) : network;

    /// <summary>The network with its weights as a command line wants it.</summary>
    /// <exception cref="ExportException">The weights are too many for what is stored to be computed.</exception>
    public static NetworkWeights Apply(NetworkWeights weights, ParseResult arguments) =>
        IsStored.Read(arguments) ? StoredFrame.Apply(weights) : weights;
}
