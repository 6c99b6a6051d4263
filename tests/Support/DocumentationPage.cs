using System.Text.RegularExpressions;

namespace FcnService.Tests.Support;

/// <summary>A page of the documentation, of which tests take commands, files and figures, so that what it says is what is tested.</summary>
internal sealed partial class DocumentationPage
{
    private DocumentationPage(string name, string text) => (Name, Text) = (name, text);

    /// <summary>All pages of the repository, by their paths in it.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. PagesIn(new DirectoryInfo(SharedData.Repository)).Order(StringComparer.Ordinal)];

    /// <summary>Its path in the repository, with slashes.</summary>
    public string Name { get; }

    /// <summary>The Markdown.</summary>
    public string Text { get; }

    /// <summary>What links to its headings end with: lower case, with hyphens for spaces and without other signs.</summary>
    public IReadOnlyList<string> Anchors =>
        [.. Heading().Matches(Fence().Replace(Text, string.Empty)).Select(heading => AnchorOf(heading.Groups[1].Value.ToLowerInvariant()))];

    /// <summary>What stands in fences, in order.</summary>
    public IReadOnlyList<FencedBlock> Blocks => [.. Fence().Matches(Text).Select(BlockOf)];

    /// <summary>What stands between back quotes in a sentence, on one line.</summary>
    public IReadOnlyList<string> InlineCode =>
        [.. Inline().Matches(Fence().Replace(Text, string.Empty)).Select(code => code.Groups[1].Value.Replace('\n', ' '))];

    /// <summary>The cells of the rows of all tables, the head among them.</summary>
    public IReadOnlyList<string[]> Rows =>
        [.. Text.Split('\n').Where(line => line.StartsWith('|')).Select(line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries))];

    /// <summary>Reads a page.</summary>
    public static DocumentationPage Open(string name) => new(name, File.ReadAllText(Path.Combine(SharedData.Repository, name)));

    /// <summary>The first block after a name.</summary>
    public FencedBlock BlockAfter(string name)
    {
        var at = Text.LastIndexOf($"`{name}`", StringComparison.Ordinal);
        Assert.True(at >= 0, $"{Name} does not name {name}.");
        return BlockOf(Fence().Match(Text, at));
    }

    // What is built, hidden or brought by npm is not the repository's.
    private static IEnumerable<string> PagesIn(DirectoryInfo folder) => folder.EnumerateFiles("*.md")
        .Select(file => Path.GetRelativePath(SharedData.Repository, file.FullName).Replace('\\', '/'))
        .Concat(folder.EnumerateDirectories().Where(it => it.Name is not ("artifacts" or "node_modules") && it.Name[0] != '.').SelectMany(PagesIn));

    private static string AnchorOf(string heading) => NotInAnchors().Replace(heading, string.Empty).Replace(' ', '-');

    private static FencedBlock BlockOf(Match fence) => new(fence.Groups[1].Value, fence.Groups[2].Value);

    [GeneratedRegex(@"^ *```(\w*)\n(.+?)^ *```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Inline();
}

/// <summary>What stands in fences.</summary>
/// <param name="Language">The word after the fence; empty for what is typed into a shell.</param>
/// <param name="Text">The lines, each with its end.</param>
internal sealed record FencedBlock(string Language, string Text);
