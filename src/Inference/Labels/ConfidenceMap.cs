using FcnService.Inference.Geometry;

namespace FcnService.Inference.Labels;

/// <summary>How sure the network is of every pixel's class: its probability, from 0 to 255 for 0 to 1.</summary>
/// <param name="size">Width and height in pixels.</param>
public sealed class ConfidenceMap(ImageSize size) : PixelMap(size);
