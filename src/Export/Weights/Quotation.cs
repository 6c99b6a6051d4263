using System.Globalization;
using System.Text;

namespace FcnService.Export.Weights;

/// <summary>Text from a file that nobody has vouched for, within a message.</summary>
internal static class Quotation
{
    private const int Longest = 200;

    /// <summary>The text in quotation marks: one line, of bounded length, without what would steer a terminal.</summary>
    public static string Quoted(this string text) => $"\"{text.Harmless()}\"";

    /// <summary>The text on one line, of bounded length, without what would steer a terminal.</summary>
    public static string Harmless(this string text, int longest = Longest)
    {
        if (text.Length <= longest && text.All(IsHarmless))
        {
            return text;
        }

        var harmless = new StringBuilder();
        foreach (var letter in text.AsSpan(0, Math.Min(text.Length, longest)))
        {
            if (IsHarmless(letter))
            {
                harmless.Append(letter);
            }
            else
            {
                harmless.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:X4}");
            }
        }

        return text.Length <= longest ? harmless.ToString() : harmless.Append('…').ToString();
    }

    private static bool IsHarmless(char letter) => char.GetUnicodeCategory(letter) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);
}
