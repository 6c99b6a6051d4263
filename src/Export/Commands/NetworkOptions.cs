using System.CommandLine;
using FcnService.Export.Networks;

namespace FcnService.Export.Commands;

/// <summary>The options that say which network is meant, for every command that takes one.</summary>
internal sealed class NetworkOptions
{
    private readonly WordOption<PaddingVariant> padding;
    private readonly Option<double> width;

    private readonly Option<int> fc = new("--fc")
    {
        Description = "The channels of fc6 and fc7, 1 to 65536.",
        DefaultValueFactory = _ => 4096,
    };

    private readonly Option<string> classes = new("--classes")
    {
        Description = "voc, camvid, or a comma-separated list of names.",
        DefaultValueFactory = _ => "voc",
    };

    /// <summary>Creates the options.</summary>
    /// <param name="paddings">The padding variants that can be asked for; the first is the default.</param>
    /// <param name="widthDescription">What the width is.</param>
    public NetworkOptions(IReadOnlyList<PaddingVariant> paddings, string widthDescription)
    {
        padding = new(
            "--padding",
            "original: the authors' 100 zeros and crops, any size; same: sides that are multiples of 32, less work.",
            [.. paddings.Select(variant => (Word(variant), variant))]);
        width = new("--width") { Description = widthDescription, DefaultValueFactory = _ => 1 };
    }

    /// <summary>The options.</summary>
    public IReadOnlyList<Option> All => [padding, width, fc, classes];

    /// <summary>Creates a subcommand for each network.</summary>
    /// <param name="options">The options of the command itself.</param>
    /// <param name="run">Does what the command is for.</param>
    public static IEnumerable<Command> Subcommands(
        IReadOnlyList<Option> options, Action<Network, IReadOnlyList<string>, ParseResult> run) =>
        NetworkChoice.All.Select(choice =>
        {
            var network = new NetworkOptions(
                choice.Paddings, $"Multiplies {choice.Trunk}'s channels; a multiple of 1/{choice.WidthParts}, at most 16.");
            var command = new Command(choice.Name, choice.Description);
            foreach (var option in network.All.Concat(options))
            {
                command.Add(option);
            }

            command.SetAction(arguments =>
            {
                var (created, classes) = network.Create(choice, arguments);
                run(created, classes, arguments);
            });
            return command;
        });

    /// <summary>Makes the network that a command line asks for.</summary>
    /// <returns>The network and its class names by label.</returns>
    /// <exception cref="ExportException">There is no such network.</exception>
    public (Network Network, IReadOnlyList<string> Classes) Create(NetworkChoice choice, ParseResult arguments)
    {
        var variant = padding.Read(arguments);
        if (!choice.Paddings.Contains(variant))
        {
            throw new ExportException($"--padding is {Word(variant)}; {choice.Name} has {string.Join(" and ", choice.Paddings.Select(Word))} only.");
        }

        var names = ClassNames.Parse(arguments.GetValue(classes)!);
        return (choice.Create(names.Count, arguments.GetValue(width), arguments.GetValue(fc), variant), names);
    }

    private static string Word(PaddingVariant variant) => variant switch
    {
        PaddingVariant.Same => "same",
        PaddingVariant.Original => "original",
        _ => throw new ArgumentOutOfRangeException(nameof(variant), variant, "Not a padding variant."),
    };
}
