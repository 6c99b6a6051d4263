namespace FcnService.Export.Networks;

/// <summary>What is known of a layer's output [N, channels, height, width] whatever the size of the image.</summary>
/// <param name="Channels">At least 1.</param>
/// <param name="Stride">Image pixels from one position to the next, in both directions; at least 1.</param>
public readonly record struct FeatureMap(int Channels, int Stride);
