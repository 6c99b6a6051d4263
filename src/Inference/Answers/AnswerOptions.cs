using System.Globalization;

namespace FcnService.Inference.Answers;

/// <summary>What is made of a segmentation. Which model it is for is settled by <see cref="Answer"/>.</summary>
public sealed record AnswerOptions
{
    /// <summary>The kind of file.</summary>
    public AnswerKind Kind { get; init; } = AnswerKind.Mask;

    /// <summary>The names of the classes that are kept, in any case; null for all. The pixels of all others become background.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>How much of the colours covers the photo, 0 to 1. Ignored but for <see cref="AnswerKind.Overlay"/>.</summary>
    public double Alpha { get; init; } = 0.5;

    /// <summary>Whether regions have outlines in their full colour. Ignored but for <see cref="AnswerKind.Overlay"/>.</summary>
    public bool Outlines { get; init; }

    /// <summary>How the pixels of each class are told. Ignored but for <see cref="AnswerKind.Json"/>.</summary>
    public RegionForm Regions { get; init; }

    /// <summary>What the array holds. Ignored but for <see cref="AnswerKind.Npy"/>.</summary>
    public ArrayContent Array { get; init; }

    /// <summary>How the picture is stored. Ignored but for <see cref="AnswerKind.Overlay"/>.</summary>
    public OverlayFormat OverlayFormat { get; init; }

    /// <summary>Reads options from text, as <see cref="AnswerParameters"/> describes it.</summary>
    /// <param name="parameter">Gives the value of a parameter by its name, or null if it is left out.</param>
    /// <exception cref="InvalidParameterException">A value is none of those allowed.</exception>
    public static AnswerOptions Parse(Func<string, string?> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return new AnswerOptions
        {
            Kind = Enum.Parse<AnswerKind>(Word(AnswerParameters.Output), ignoreCase: true),
            Classes = Names(AnswerParameters.Classes),
            Alpha = Fraction(AnswerParameters.Alpha),
            Outlines = bool.Parse(Word(AnswerParameters.Outlines)),
            Regions = Enum.Parse<RegionForm>(Word(AnswerParameters.Regions), ignoreCase: true),
            Array = Enum.Parse<ArrayContent>(Word(AnswerParameters.Npy), ignoreCase: true),
        };

        string Word(AnswerParameter of)
        {
            var value = parameter(of.Name) ?? of.Default!;
            return of.Values.Contains(value, StringComparer.OrdinalIgnoreCase)
                ? value
                : throw Invalid(of, value, $"one of: {string.Join(", ", of.Values)}");
        }

        double Fraction(AnswerParameter of)
        {
            var value = parameter(of.Name) ?? of.Default!;
            return double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 1
                ? number
                : throw Invalid(of, value, "a number from 0 to 1, as in 0.5");
        }

        IReadOnlyList<string>? Names(AnswerParameter of)
        {
            if (parameter(of.Name) is not { } value)
            {
                return null;
            }

            var names = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return names.Length > 0 ? names : throw Invalid(of, value, "names of classes with commas between them");
        }
    }

    private static InvalidParameterException Invalid(AnswerParameter parameter, string value, string expected) =>
        new(parameter.Name, $"is '{value}'; expected {expected}.");
}

/// <summary>The files that can be made of a segmentation.</summary>
public enum AnswerKind
{
    /// <summary>A palette PNG whose indices are the labels.</summary>
    Mask,

    /// <summary>An RGB PNG in the labels' colours.</summary>
    Color,

    /// <summary>The photo with the colours over it.</summary>
    Overlay,

    /// <summary>A grey PNG of how sure the network is: 255 is a probability of 1.</summary>
    Confidence,

    /// <summary>What there is of each class, in JSON.</summary>
    Json,

    /// <summary>An array for NumPy.</summary>
    Npy,
}

/// <summary>How JSON tells the pixels of a class.</summary>
public enum RegionForm
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>As the compressed run lengths of COCO.</summary>
    Rle,

    /// <summary>By their outlines.</summary>
    Polygons,
}

/// <summary>What an array holds.</summary>
public enum ArrayContent
{
    /// <summary>Labels: uint8, height × width.</summary>
    Labels,

    /// <summary>Probabilities: float32, classes × height × width.</summary>
    Probabilities,
}

/// <summary>How an overlay is stored.</summary>
public enum OverlayFormat
{
    /// <summary>JPEG of quality 85, a tenth of the PNG's size.</summary>
    Jpeg,

    /// <summary>PNG, without loss.</summary>
    Png,
}
