namespace FcnService.Client;

/// <summary>The models that are served.</summary>
/// <param name="Default">The name of the model of requests that name none.</param>
/// <param name="Models">All models, in the order of their names.</param>
public sealed record ModelList(string Default, IReadOnlyList<ModelInfo> Models);

/// <summary>A model.</summary>
/// <param name="Name">What <see cref="SegmentationRequest.Model"/> takes.</param>
/// <param name="Classes">The class names; the index is the label.</param>
/// <param name="Void">The label that stands for "no class".</param>
/// <param name="Palette">256 colours as #rrggbb; the index is the label.</param>
/// <param name="Size">What the network sees of a photo.</param>
/// <param name="Provider">Where the network runs.</param>
/// <param name="License">The terms of the weights, where the model states them.</param>
/// <param name="Fault">Why the model's newest file is not served; the one before it is.</param>
public sealed record ModelInfo(
    string Name,
    IReadOnlyList<string> Classes,
    int Void,
    IReadOnlyList<string> Palette,
    SizeInfo Size,
    string Provider,
    string? License = null,
    string? Fault = null);

/// <summary>What a network sees of a photo; the mask always has the photo's size.</summary>
/// <param name="Policy">pad: any size up to MaxSide, padded to a multiple; stretch or letterbox: one size.</param>
/// <param name="MultipleOf">With pad: both sides are padded to a multiple of this many pixels.</param>
/// <param name="MaxSide">With pad: the longest side, in pixels.</param>
/// <param name="Width">With stretch and letterbox: the width in pixels.</param>
/// <param name="Height">With stretch and letterbox: the height in pixels.</param>
public sealed record SizeInfo(string Policy, int? MultipleOf = null, int? MaxSide = null, int? Width = null, int? Height = null);
