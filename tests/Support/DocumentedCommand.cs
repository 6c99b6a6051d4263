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
    private const string Published = "dotnet FcnService.Export.dll ";

    /// <summary>All of them, page by page and in the pages' order.</summary>
    public static IReadOnlyList<DocumentedCommand> All { get; } =
        [.. DocumentationPage.All.SelectMany(page => CommandsOf(DocumentationPage.Open(page)).Select(text => new DocumentedCommand(page, text)))];

    /// <summary>Those of a page.</summary>
    public static IEnumerable<DocumentedCommand> Of(string page) => All.Where(command => command.Page == page);

    /// <summary>The pages that have a command of a kind.</summary>
    public static IEnumerable<string> PagesWith(Func<DocumentedCommand, bool> kind) => All.Where(kind).Select(command => command.Page).Distinct();

    /// <summary>Whether it is one of src/Export's.</summary>
    public bool IsExport => Runs("src/Export") || Text.StartsWith(Published, StringComparison.Ordinal);

    /// <summary>Whether it asks a running service, or makes a key for it.</summary>
    public bool AsksService => Asking().IsMatch(Text);

    /// <summary>The arguments of a program of the repository, as they are typed.</summary>
    public string Arguments => Text.StartsWith(Published, StringComparison.Ordinal) ? Text[Published.Length..] : Text.Split(" -- ", 2)[1];

    /// <summary>Whether it runs a project.</summary>
    public bool Runs(string project) => Text.StartsWith($"dotnet run --project {project} -c Release", StringComparison.Ordinal);

    /// <summary>The program that a project of the tests builds beside them, as the shell starts it.</summary>
    public static string Program(string project)
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return $"'{Path.GetFullPath(Path.Combine("..", "..", project, configuration, project), AppContext.BaseDirectory)}'";
    }

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
