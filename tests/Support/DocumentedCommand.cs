using System.Text.RegularExpressions;

namespace FcnService.Tests.Support;

/// <summary>
/// A command that the documentation tells its readers to type: a line in a fence that names no language, those that continue joined; or
/// what stands in a sentence and begins with dotnet.
/// </summary>
/// <param name="Page">The page's path in the repository.</param>
/// <param name="Text">The command.</param>
internal sealed partial record DocumentedCommand(string Page, string Text)
{
    private static readonly string[] ExportBeginnings = ["dotnet run --project src/Export -c Release -- ", "dotnet FcnService.Export.dll "];

    /// <summary>All of them, page by page and in the pages' order.</summary>
    public static IReadOnlyList<DocumentedCommand> All { get; } =
        [.. DocumentationPage.All.SelectMany(page => CommandsOf(DocumentationPage.Open(page)).Select(text => new DocumentedCommand(page, text)))];

    /// <summary>Those of a page.</summary>
    public static IEnumerable<DocumentedCommand> Of(string page) => All.Where(command => command.Page == page);

    /// <summary>The pages that have a command of a kind.</summary>
    public static IEnumerable<string> PagesWith(Func<DocumentedCommand, bool> kind) => All.Where(kind).Select(command => command.Page).Distinct();

    /// <summary>Whether it is one of src/Export's.</summary>
    public bool IsExport => ExportBeginnings.Any(beginning => Text.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>Whether it asks a running service, or makes a key for it.</summary>
    public bool AsksService => Asking().IsMatch(Text);

    /// <summary>The arguments of a command of src/Export, as they are typed.</summary>
    public string ReadExportArguments() =>
        Text[ExportBeginnings.First(beginning => Text.StartsWith(beginning, StringComparison.Ordinal)).Length..];

    private static IEnumerable<string> CommandsOf(DocumentationPage page)
    {
        var fenced = page.Blocks.Where(block => block.Language.Length == 0)
            .SelectMany(block => Continued().Replace(block.Text, "$1 ").Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return fenced.Concat(page.InlineCode.Where(code => Dotnet().IsMatch(code)));
    }

    [GeneratedRegex(@"\b(curl|tests/OpenInference/client\.py) |\bkey\b")]
    private static partial Regex Asking();

    // A pipe stays; a backslash goes with its line's end.
    [GeneratedRegex(@"(?:(\|)|\\)\n\s*")]
    private static partial Regex Continued();

    [GeneratedRegex(@"^(\w+=\S+ )*dotnet (run|test) ")]
    private static partial Regex Dotnet();
}
