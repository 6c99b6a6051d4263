using System.CommandLine;
using FcnService.Export.Networks;

namespace FcnService.Export.Commands;

/// <summary>The options that say which network is meant, for every command that takes one.</summary>
internal sealed class NetworkOptions
{
    private readonly NetworkChoice choice;

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

    private NetworkOptions(NetworkChoice choice)
    {
        this.choice = choice;
        padding = new(
            "--padding",
            $"{string.Join("; ", choice.Paddings.Select(variant => $"{Word(variant)}: {Explanation(variant)}"))}.",
            [.. choice.Paddings.Select(variant => (Word(variant), variant))]);
        width = new("--width")
        {
            Description = $"Multiplies {choice.Trunk}'s channels; a multiple of 1/{choice.WidthParts}, at most 16.",
            DefaultValueFactory = _ => 1,
        };
    }

    /// <summary>Creates a subcommand for each network.</summary>
    /// <param name="options">The options of the command itself.</param>
    /// <param name="run">Does what the command is for.</param>
    public static IEnumerable<Command> Subcommands(
        IReadOnlyList<Option> options, Action<Network, IReadOnlyList<string>, ParseResult> run) =>
        NetworkChoice.All.Select(choice =>
        {
            var network = new NetworkOptions(choice);
            var command = new Command(choice.Name, choice.Description) { network.padding, network.width, network.fc, network.classes };
            foreach (var option in options)
            {
                command.Add(option);
            }

            command.SetAction(arguments =>
            {
                var names = ClassNames.Parse(arguments.GetValue(network.classes)!);
                run(network.Create(names.Count, arguments), names, arguments);
            });
            return command;
        });

    private Network Create(int classCount, ParseResult arguments) =>
        choice.Create(classCount, arguments.GetValue(width), arguments.GetValue(fc), padding.Read(arguments));

    private static string Word(PaddingVariant variant) => variant switch
    {
        PaddingVariant.Same => "same",
        PaddingVariant.Original => "original",
        _ => throw new ArgumentOutOfRangeException(nameof(variant), variant, "Not a padding variant."),
    };

    private static string Explanation(PaddingVariant variant) => variant switch
    {
        PaddingVariant.Same => "nothing to crop, for sides that are multiples of 32",
        PaddingVariant.Original => "the authors' 100 zeros around the image and crops, for any size",
        _ => throw new ArgumentOutOfRangeException(nameof(variant), variant, "Not a padding variant."),
    };
}
