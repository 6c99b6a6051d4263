namespace FcnService.Inference.Imaging;

/// <summary>What an image's header may announce before any of its pixels are decoded.</summary>
/// <param name="MaxSide">The largest width and height, in pixels.</param>
/// <param name="MaxPixels">The largest width times height, in pixels.</param>
/// <param name="MaxFrames">The largest number of frames or pages; only the first is decoded.</param>
/// <param name="MaxDecodedBytes">
/// The most that a decoder may have to hold of an image that it cannot read row by row, by an estimate from the header. The default takes
/// every progressive JPEG in colour, GIF and WebP within the default of pixels, and AVIF of 18 megapixels.
/// </param>
public sealed record ImageLimits(
    int MaxSide = 16_384, long MaxPixels = 50_000_000, int MaxFrames = 1_000, long MaxDecodedBytes = 300_000_000);
