using System.Globalization;

namespace FcnService.Export.Commands;

/// <summary>The size of an image on a command line: width×height, as cameras have it.</summary>
internal readonly record struct ImageSize(int Width, int Height)
{
    private const int LongestSide = 65536;

    /// <summary>Takes WIDTHxHEIGHT.</summary>
    /// <returns>Whether it is one, with sides from 1 to 65536.</returns>
    public static bool TryParse(string text, out ImageSize size)
    {
        size = default;
        var sides = text.Split('x', 'X', '×');
        if (sides.Length != 2 || !TryParseSide(sides[0], out var width) || !TryParseSide(sides[1], out var height))
        {
            return false;
        }

        size = new(width, height);
        return true;
    }

    /// <summary>The smallest size that holds this one and whose sides are multiples of a number.</summary>
    public ImageSize RoundUp(int multiple) => new(RoundUp(Width, multiple), RoundUp(Height, multiple));

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Width}×{Height}");

    private static int RoundUp(int side, int multiple) => (side + multiple - 1) / multiple * multiple;

    private static bool TryParseSide(string text, out int side) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side) && side is >= 1 and <= LongestSide;
}
