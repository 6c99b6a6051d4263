using System.Text.RegularExpressions;

namespace FcnService.Api.Tests.Documentation;

/// <summary>Links within the documentation lead to files and headings that are there.</summary>
public sealed partial class LinksTests
{
    public static TheoryData<string> Pages => [.. DocumentationPage.All];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_OfAPage_LeadSomewhere(string page)
    {
        foreach (var target in Link().Matches(DocumentationPage.Open(page).Text).Select(link => link.Groups[1].Value))
        {
            var (path, heading) = target.Split('#') is [var file, var anchor] ? (file, anchor) : (target, null);
            var folder = Path.GetDirectoryName(page)!;
            var named = path.Length == 0 ? page : Path.GetRelativePath(".", Path.Combine(folder, path));
            Assert.True(Path.Exists(Path.Combine(SharedData.Repository, named)), $"{page} refers to {target}.");
            Assert.True(heading is null || DocumentationPage.Open(named).Anchors.Contains(heading), $"{page} refers to {target}.");
        }
    }

    // [words](path) and ![words](path), but for addresses of other sites.
    [GeneratedRegex(@"\]\(((?!\w+:)[^)\s]+)\)")]
    private static partial Regex Link();
}
