namespace FcnService.Load.Harness;

/// <summary>The part of a Markdown file, between two markers, that a program writes.</summary>
internal static class ResultsSection
{
    private const string End = "<!-- end of results -->";

    /// <summary>Replaces what stands between the markers.</summary>
    /// <param name="path">The file.</param>
    /// <param name="program">Whose results they are, as the first marker says.</param>
    /// <param name="results">In Markdown.</param>
    /// <exception cref="InvalidDataException">The file lacks the markers.</exception>
    public static void Write(string path, string program, string results)
    {
        var begin = $"<!-- results: written by {program} -->";
        var text = File.ReadAllText(path);
        var from = text.IndexOf(begin, StringComparison.Ordinal);
        // The page may have other programs' results before.
        var to = from < 0 ? -1 : text.IndexOf(End, from, StringComparison.Ordinal);
        if (to < 0)
        {
            throw new InvalidDataException($"{path} lacks the lines '{begin}' and '{End}', in this order.");
        }

        File.WriteAllText(path, $"{text[..(from + begin.Length)]}\n\n{results}\n{text[to..]}");
    }
}
