namespace FcnService.Export.Commands;

/// <summary>Rows of text in columns as wide as what is in them, two spaces apart.</summary>
/// <param name="headings">The columns' headings; those of columns that are aligned to the right begin with "&gt;".</param>
internal sealed class TextTable(params string[] headings)
{
    private readonly List<string[]> rows = [[.. headings.Select(heading => heading.TrimStart('>'))]];

    /// <summary>Adds rows.</summary>
    /// <param name="cells">As many as there are headings, each.</param>
    public TextTable Add(IEnumerable<string[]> cells)
    {
        rows.AddRange(cells);
        return this;
    }

    /// <summary>Writes a line for the headings and one for each row.</summary>
    public void WriteTo(TextWriter output)
    {
        var widths = headings.Select((_, column) => rows.Max(row => row[column].Length)).ToList();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, column) =>
                headings[column].StartsWith('>') ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
