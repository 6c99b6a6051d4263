using System.Globalization;
using System.Text;

namespace FcnService.Api.Batches;

/// <summary>
/// Makes names of files of what clients call their images: no folders, nothing that a file system takes for something else, and none twice.
/// </summary>
internal sealed class AnswerNames
{
    private const int LongestStem = 100;

    // Beyond control characters: what Windows does not take. The separators of folders are gone by then.
    private const string Forbidden = "<>:\"|?*";

    private readonly HashSet<string> used = new(StringComparer.OrdinalIgnoreCase);
    private int count;

    public AnswerNames(params string[] taken) => used.UnionWith(taken);

    /// <summary>The name of the next answer.</summary>
    /// <param name="fileName">What the image is called.</param>
    /// <param name="extension">The ending of its answer.</param>
    public string Next(string? fileName, string extension)
    {
        count++;
        var stem = StemOf(fileName);
        var name = stem + extension;
        for (var copy = 2; !used.Add(name); copy++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{stem} ({copy}){extension}");
        }

        return name;
    }

    private string StemOf(string? fileName)
    {
        var last = (fileName ?? string.Empty).Split('/', '\\')[^1];
        var kept = new StringBuilder();
        foreach (var rune in last.EnumerateRunes().Where(IsAllowed))
        {
            kept.Append(rune);
        }

        var stem = Path.GetFileNameWithoutExtension(kept.ToString()).Trim(' ', '.');
        if (stem.Length > LongestStem)
        {
            stem = stem[..(char.IsHighSurrogate(stem[LongestStem - 1]) ? LongestStem - 1 : LongestStem)].TrimEnd(' ', '.');
        }

        if (stem.Length == 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"image-{count:0000}");
        }

        return IsDevice(stem.Split('.')[0].TrimEnd()) ? $"_{stem}" : stem;
    }

    // Marks of direction make a name look like another.
    private static bool IsAllowed(Rune rune) =>
        rune != Rune.ReplacementChar
        && !(rune.IsAscii && Forbidden.Contains((char)rune.Value, StringComparison.Ordinal))
        && Rune.GetUnicodeCategory(rune) is not (
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    // Windows opens the device whatever the ending: CON.png is the console.
    private static bool IsDevice(string stem) =>
        stem.ToUpperInvariant() is "CON" or "PRN" or "AUX" or "NUL"
            or ['C', 'O', 'M', >= '0' and <= '9'] or ['L', 'P', 'T', >= '0' and <= '9'];
}
