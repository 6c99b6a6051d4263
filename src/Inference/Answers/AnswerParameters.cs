namespace FcnService.Inference.Answers;

/// <summary>The parameters by which an answer is asked for: what queries, the OpenAPI document and commands have in common.</summary>
public static class AnswerParameters
{
    /// <summary>The kind of file.</summary>
    public static AnswerParameter Output { get; } = new(
        "output",
        "What is answered: mask, a palette PNG whose indices are the labels; color, an RGB PNG; overlay, the photo with the colours over it; "
        + "confidence, a grey PNG of the winning class' probability; json, what there is of each class; npy, an array for NumPy.",
        "mask",
        "overlay",
        WordsOf<AnswerKind>());

    /// <summary>The classes that are kept.</summary>
    public static AnswerParameter Classes { get; } = new(
        "classes",
        "The names of the classes that are kept, with commas between them; all others become background, or void (255) where the model has no class "
        + "of that name. All classes, if left out.",
        Default: null,
        "car,pedestrian");

    /// <summary>How much of the colours covers the photo.</summary>
    public static AnswerParameter Alpha { get; } = new(
        "alpha", "With output=overlay: how much of the colours covers the photo, from 0 to 1.", "0.5", "0.4") { IsFraction = true };

    /// <summary>Whether regions have outlines.</summary>
    public static AnswerParameter Outlines { get; } = new(
        "outlines", "With output=overlay: whether regions have outlines in their full colour.", "false", "true", "true", "false");

    /// <summary>How the pixels of each class are told.</summary>
    public static AnswerParameter Regions { get; } = new(
        "regions",
        "With output=json: how the pixels of each class are told. rle: as COCO's compressed run lengths; polygons: by rings of pixel corners.",
        "none",
        "rle",
        WordsOf<RegionForm>());

    /// <summary>What an array holds.</summary>
    public static AnswerParameter Npy { get; } = new(
        "npy",
        "With output=npy: what the array holds. labels: uint8, height × width; probabilities: float32, classes × height × width.",
        "labels",
        "probabilities",
        WordsOf<ArrayContent>());

    /// <summary>All of them.</summary>
    public static IReadOnlyList<AnswerParameter> All { get; } = [Output, Classes, Alpha, Outlines, Regions, Npy];

    private static string[] WordsOf<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())];
}

/// <summary>A parameter of an answer.</summary>
/// <param name="Name">Its name in a query.</param>
/// <param name="Description">What it does, in a sentence.</param>
/// <param name="Default">Its value when it is left out, if it has one then.</param>
/// <param name="Example">A value.</param>
/// <param name="Values">All words that it takes, in any case; empty where it takes others.</param>
public sealed record AnswerParameter(string Name, string Description, string? Default, string Example, params IReadOnlyList<string> Values)
{
    /// <summary>Whether it takes a number from 0 to 1.</summary>
    public bool IsFraction { get; init; }
}
