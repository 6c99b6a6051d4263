namespace FcnService.Inference.Masks;

/// <summary>The colours that labels are shown in: 256 entries, one for each value of a mask's byte.</summary>
public sealed class Palette
{
    /// <summary>The number of entries.</summary>
    public const int Size = 256;

    private readonly Rgb[] colours;

    /// <summary>A palette that begins with the given colours; the entries after them are the VOC colour map's.</summary>
    /// <param name="colours">At most 256, by label.</param>
    /// <exception cref="ArgumentException">There are more than 256.</exception>
    public Palette(ReadOnlySpan<Rgb> colours)
    {
        if (colours.Length > Size)
        {
            throw new ArgumentException($"A palette has at most {Size} colours, not {colours.Length}.", nameof(colours));
        }

        this.colours = new Rgb[Size];
        colours.CopyTo(this.colours);
        for (var label = colours.Length; label < Size; label++)
        {
            this.colours[label] = VocColour(label);
        }
    }

    /// <summary>The PASCAL VOC colour map (VOCdevkit, VOClabelcolormap): 0 is black, 255 (void) is 224, 224, 192.</summary>
    public static Palette Voc { get; } = new([]);

    /// <summary>The 256 colours, by label.</summary>
    public IReadOnlyList<Rgb> Colours => colours;

    /// <summary>The colour of a label.</summary>
    public Rgb this[byte label] => colours[label];

    // The label's bits are dealt out to red, green and blue in turn, from the lowest, and fill each channel from its highest bit down.
    private static Rgb VocColour(int label)
    {
        int red = 0, green = 0, blue = 0;
        for (var bit = 7; label != 0; bit--, label >>= 3)
        {
            red |= (label & 1) << bit;
            green |= ((label >> 1) & 1) << bit;
            blue |= ((label >> 2) & 1) << bit;
        }

        return new Rgb((byte)red, (byte)green, (byte)blue);
    }
}

/// <summary>A colour in sRGB.</summary>
/// <param name="Red">0 to 255.</param>
/// <param name="Green">0 to 255.</param>
/// <param name="Blue">0 to 255.</param>
public readonly record struct Rgb(byte Red, byte Green, byte Blue);
