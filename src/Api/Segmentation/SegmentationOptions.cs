using System.ComponentModel.DataAnnotations;

namespace FcnService.Api.Segmentation;

/// <summary>The limits on a photo: the section Segmentation.</summary>
internal sealed class SegmentationOptions
{
    /// <summary>The largest encoded image, in bytes, 1 to 1,000,000,000. Default 30,000,000.</summary>
    [Range(1, 1_000_000_000, ErrorMessage = "Segmentation:MaxImageBytes is outside 1 to 1000000000.")]
    public int MaxImageBytes { get; set; } = 30_000_000;

    /// <summary>The largest width and height, in pixels, 1 to 65,535. Default 16,384.</summary>
    [Range(1, 65_535, ErrorMessage = "Segmentation:MaxSide is outside 1 to 65535.")]
    public int MaxSide { get; set; } = 16_384;

    /// <summary>The largest width times height, in pixels, 1 to 500,000,000. Default 50,000,000.</summary>
    [Range(1, 500_000_000, ErrorMessage = "Segmentation:MaxPixels is outside 1 to 500000000.")]
    public int MaxPixels { get; set; } = 50_000_000;

    /// <summary>
    /// The most memory that decoding may hold of an image that cannot be decoded row by row (progressive JPEG, interlaced PNG, WebP, GIF,
    /// AVIF), in bytes, estimated from the header, 1,000,000 to 100,000,000,000. Default 300,000,000.
    /// </summary>
    [Range(1_000_000, 100_000_000_000, ErrorMessage = "Segmentation:MaxDecodedBytes is outside 1000000 to 100000000000.")]
    public long MaxDecodedBytes { get; set; } = 300_000_000;

    /// <summary>The largest number of frames or pages, of which the first is segmented, 1 to 100,000. Default 1,000.</summary>
    [Range(1, 100_000, ErrorMessage = "Segmentation:MaxFrames is outside 1 to 100000.")]
    public int MaxFrames { get; set; } = 1_000;

    /// <summary>
    /// The most probabilities that one answer holds, 1 to 2,000,000,000: pixels times classes, four bytes each. They are computed while they are
    /// sent; what is held meanwhile is four bytes a pixel. Default 50,000,000.
    /// </summary>
    [Range(1, 2_000_000_000, ErrorMessage = "Segmentation:MaxProbabilities is outside 1 to 2000000000.")]
    public int MaxProbabilities { get; set; } = 50_000_000;
}
