using System.Globalization;

namespace FcnService.Client;

/// <summary>What is asked for. What is left out is left to the service: docs/masks.md has its defaults.</summary>
public sealed record SegmentationRequest
{
    /// <summary>The model's name; the service's default model, if left out.</summary>
    public string? Model { get; init; }

    /// <summary>What the answer is; the mask, if neither this nor <see cref="Accept"/> says anything.</summary>
    public SegmentationOutput? Output { get; init; }

    /// <summary>The names of the classes to keep; everything else becomes background. All, if left out.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>For overlays: how much of the colour covers the photo, 0 to 1.</summary>
    public double? Alpha { get; init; }

    /// <summary>For overlays: whether regions have an outline.</summary>
    public bool? Outlines { get; init; }

    /// <summary>For reports: what tells each class' pixels.</summary>
    public RegionForm? Regions { get; init; }

    /// <summary>For arrays: what they hold.</summary>
    public ArrayContent? Npy { get; init; }

    /// <summary>The media types that the answer may have, as an Accept header; image/png makes an overlay a PNG.</summary>
    public string? Accept { get; init; }

    /// <summary>
    /// The <see cref="SegmentationAnswer.ETag"/> of an answer that is there already: if it would be the same, it is not made again, and
    /// <see cref="SegmentationAnswer.IsNotModified"/> says so.
    /// </summary>
    public string? IfNoneMatch { get; init; }

    internal string Query()
    {
        var parameters = new (string Name, string? Value)[]
        {
            ("model", Model),
            ("output", Word(Output)),
            ("classes", Classes is null ? null : string.Join(',', Classes)),
            ("alpha", Alpha?.ToString(CultureInfo.InvariantCulture)),
            ("outlines", Word(Outlines)),
            ("regions", Word(Regions)),
            ("npy", Word(Npy)),
        };
        var given = parameters
            .Where(parameter => parameter.Value is not null)
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}");
        return string.Join('&', given) is { Length: > 0 } query ? $"?{query}" : string.Empty;
    }

    private static string? Word<T>(T? value)
        where T : struct => value?.ToString()!.ToLowerInvariant();
}

/// <summary>What an answer is.</summary>
public enum SegmentationOutput
{
    /// <summary>An indexed PNG; a pixel's index is its class.</summary>
    Mask,

    /// <summary>An RGB PNG in the classes' colours.</summary>
    Color,

    /// <summary>The photo with the mask over it: JPEG, or PNG if that is accepted.</summary>
    Overlay,

    /// <summary>A grey PNG of the winning class' probability; 255 is 1.</summary>
    Confidence,

    /// <summary>A report on each class: <see cref="SegmentationAnswer.ReadReportAsync"/>.</summary>
    Json,

    /// <summary>An array in NumPy's format.</summary>
    Npy,
}

/// <summary>What tells a class' pixels in a report.</summary>
public enum RegionForm
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>COCO's compressed run lengths.</summary>
    Rle,

    /// <summary>Rings along the pixels' edges.</summary>
    Polygons,
}

/// <summary>What an array holds.</summary>
public enum ArrayContent
{
    /// <summary>A label for each pixel: 8 bits, height × width.</summary>
    Labels,

    /// <summary>The probability of each class: 32-bit floats, classes × height × width.</summary>
    Probabilities,
}
