using System.CommandLine;
using FcnService.Inference;
using FcnService.Inference.Answers;

namespace FcnService.Export.Commands;

/// <summary>The options that say what is made of each photo: the parameters of <c>POST /segment</c>, of which <c>output</c> is <c>--as</c>.</summary>
internal static class AnswerChoice
{
    private static readonly Option<bool> Outlines = new(NameOf(AnswerParameters.Outlines.Name))
    {
        Description = DescriptionOf(AnswerParameters.Outlines),
    };

    private static readonly List<Option<string?>> Texts =
        [.. AnswerParameters.All.Where(parameter => parameter != AnswerParameters.Outlines).Select(Create)];

    /// <summary>The options.</summary>
    public static IReadOnlyList<Option> Options { get; } = [.. Texts, Outlines];

    /// <summary>What a command line asks for, of a model.</summary>
    /// <exception cref="ExportException">The model has no class of a name that is asked for, or no confidence.</exception>
    public static Answer Read(ParseResult arguments, Segmenter segmenter)
    {
        try
        {
            return new Answer(AnswerOptions.Parse(parameter => ValueOf(parameter, arguments)), segmenter);
        }
        catch (InvalidParameterException invalid)
        {
            throw new ExportException(SentenceOf(invalid), invalid);
        }
    }

    private static string NameOf(string parameter) => parameter == AnswerParameters.Output.Name ? "--as" : $"--{parameter}";

    // The parameters' descriptions refer to one of them, by its name in a query.
    private static string DescriptionOf(AnswerParameter parameter) =>
        parameter.Description.Replace($"{AnswerParameters.Output.Name}=", "--as ", StringComparison.Ordinal);

    private static string SentenceOf(InvalidParameterException invalid) => $"{NameOf(invalid.Parameter)} {invalid.Fault}";

    private static Option<string?> Create(AnswerParameter parameter)
    {
        var option = new Option<string?>(NameOf(parameter.Name)) { Description = DescriptionOf(parameter) };
        if (parameter.Default is { } value)
        {
            option.DefaultValueFactory = _ => value;
        }

        if (parameter.Values.Count > 0)
        {
            option.CompletionSources.Add([.. parameter.Values]);
        }

        option.Validators.Add(result =>
        {
            try
            {
                AnswerOptions.Parse(name => name == parameter.Name ? result.GetValueOrDefault<string?>() : null);
            }
            catch (InvalidParameterException invalid)
            {
                result.AddError(SentenceOf(invalid));
            }
        });
        return option;
    }

    private static string? ValueOf(string parameter, ParseResult arguments)
    {
        var name = NameOf(parameter);
        return name == Outlines.Name
            ? arguments.GetValue(Outlines).ToString()
            : arguments.GetValue(Texts.Single(option => option.Name == name));
    }
}
