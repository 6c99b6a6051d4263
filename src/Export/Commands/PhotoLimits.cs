using System.CommandLine;
using FcnService.Inference.Imaging;

namespace FcnService.Export.Commands;

/// <summary>The options that say which photos are taken: the service's limits of the section Segmentation, with its defaults and bounds.</summary>
internal static class PhotoLimits
{
    private static readonly ImageLimits Defaults = new();

    private static readonly RangeOption<int> MaxImageBytes = new(
        "--max-image-bytes", "The largest file, in bytes.", 30_000_000, least: 1, most: 1_000_000_000);

    private static readonly RangeOption<int> MaxSide = new(
        "--max-side", "The largest width and height, in pixels.", Defaults.MaxSide, least: 1, most: 65_535);

    private static readonly RangeOption<long> MaxPixels = new(
        "--max-pixels", "The largest width times height, in pixels.", Defaults.MaxPixels, least: 1, most: 500_000_000);

    private static readonly RangeOption<int> MaxFrames = new(
        "--max-frames", "The largest number of frames or pages, of which the first is segmented.", Defaults.MaxFrames, least: 1, most: 100_000);

    private static readonly RangeOption<long> MaxDecodedBytes = new(
        "--max-decoded-bytes",
        "The most memory that decoding may hold of a photo that cannot be decoded row by row, in bytes, estimated from the header.",
        Defaults.MaxDecodedBytes,
        least: 1_000_000,
        most: 100_000_000_000);

    /// <summary>The options.</summary>
    public static IReadOnlyList<Option> Options { get; } = [MaxImageBytes, MaxSide, MaxPixels, MaxFrames, MaxDecodedBytes];

    /// <summary>The largest file, in bytes, that a command line allows.</summary>
    public static int Bytes(ParseResult arguments) => arguments.GetValue(MaxImageBytes);

    /// <summary>What a command line allows a photo's header to announce.</summary>
    public static ImageLimits Header(ParseResult arguments) => new(
        arguments.GetValue(MaxSide), arguments.GetValue(MaxPixels), arguments.GetValue(MaxFrames), arguments.GetValue(MaxDecodedBytes));
}
