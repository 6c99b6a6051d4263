using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FcnService.Export.Networks;
using FcnService.Inference.Geometry;

namespace FcnService.Export.Commands;

/// <summary><c>describe NETWORK</c>: a table of its layers, and what they sum up to.</summary>
internal static class DescribeCommand
{
    private const double Giga = 1e9;

    private const int LongestSide = 65536;

    private static readonly Option<ImageSize> Size = new("--size")
    {
        Description = "The image, WIDTHxHEIGHT in pixels.",
        DefaultValueFactory = _ => new(500, 500),
        CustomParser = ParseSize,
    };

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var command = new Command("describe", "Lists a network's layers with their sizes, parameters and work.");
        foreach (var subcommand in NetworkOptions.Subcommands([Size, FrameOption.Option], Describe))
        {
            command.Add(subcommand);
        }

        return command;
    }

    private static void Describe(Network plain, IReadOnlyList<string> classes, ParseResult arguments)
    {
        var network = FrameOption.Apply(plain, arguments);
        var image = arguments.GetValue(Size);
        var padded = Padding.ToMultiple(image, network.SizeMultiple).Pad(image);
        var profile = NetworkProfile.Measure(network, padded.Height, padded.Width);
        var output = arguments.InvocationConfiguration.Output;

        var paddedText = padded == image ? string.Empty : $", padded to {padded}";
        output.WriteLine($"{network.Name}, {classes.Count} classes, image {image}{paddedText}");
        output.WriteLine();
        new TextTable("layer", "operation", ">channels", ">width × height", ">parameters", ">GMAC", ">field", ">stride")
            .Add(profile.Layers.Select(Row))
            .WriteTo(output);
        output.WriteLine();
        foreach (var total in Totals(profile))
        {
            output.WriteLine(total);
        }
    }

    private static string[] Row(LayerProfile layer) =>
    [
        layer.Layer.Name,
        layer.Layer.Operation.Summary,
        Whole(layer.Output.Channels),
        new ImageSize(layer.Width, layer.Height).ToString(),
        layer.Parameters == 0 ? string.Empty : Whole(layer.Parameters),
        layer.MultiplyAccumulates == 0 ? string.Empty : Gigas(layer.MultiplyAccumulates, "F3"),
        Whole(layer.ReceptiveField),
        Whole(layer.Output.Stride),
    ];

    private static IEnumerable<string> Totals(NetworkProfile profile)
    {
        var network = profile.Network;
        yield return $"parameters       {Whole(network.ParameterCount + network.FixedParameterCount)}, "
            + $"of which learned {Whole(network.ParameterCount)}"
            + (network.DerivedParameterCount == 0 ? "" : $"; computed from them {Whole(network.DerivedParameterCount)}");
        yield return $"GMAC             {Gigas(profile.MultiplyAccumulates, "F1")}, "
            + $"with deconvolutions channel by channel {Gigas(profile.GroupedMultiplyAccumulates, "F1")}";
        yield return $"receptive field  {Whole(profile.ReceptiveField)} (of a score before upsampling)";
        yield return $"stride           {Whole(network.CoarsestStride)}";
    }

    private static string Whole(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Gigas(long number, string format) => (number / Giga).ToString(format, CultureInfo.InvariantCulture);

    private static ImageSize ParseSize(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        var sides = text.Split('x', 'X', '×');
        if (sides.Length == 2 && TryParseSide(sides[0], out var width) && TryParseSide(sides[1], out var height))
        {
            return new(width, height);
        }

        argument.AddError($"--size is \"{text}\"; expected WIDTHxHEIGHT with sides of 1 to {LongestSide} pixels, such as 500x375.");
        return default;
    }

    private static bool TryParseSide(string text, out int side) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side) && side is >= 1 and <= LongestSide;
}
