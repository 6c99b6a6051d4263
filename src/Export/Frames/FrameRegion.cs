namespace FcnService.Export.Frames;

/// <summary>
/// Which part of a layer's whole map is computed for each image, along one axis: all that the image can change. The rest of the map, the
/// empty frame, is one vector of channels but for a band along either border that the zero padding of the convolutions reaches.
/// </summary>
internal sealed record FrameRegion
{
    /// <summary>Lengths are kept for images with sides from 1 to so many pixels; from there on they repeat, as strides divide it.</summary>
    private const int Sides = 32;

    private FrameRegion(IReadOnlyList<int> lengths, IReadOnlyList<int> wholeLengths) => (Lengths, WholeLengths) = (lengths, wholeLengths);

    /// <summary>The region's first position in the whole map.</summary>
    public required int Start { get; init; }

    /// <summary>
    /// The positions along a border of the whole map that zero padding reaches; -1 for the image, whose frame is like what it is padded
    /// with.
    /// </summary>
    public required int Band { get; init; }

    /// <summary>The first positions of the region that no image changes.</summary>
    public int SpareInFront { get; private init; }

    /// <summary>The last positions of the region that no image changes.</summary>
    public int SpareBehind { get; private init; }

    /// <summary>The region's length by the image's side, from 1 on.</summary>
    private IReadOnlyList<int> Lengths { get; init; }

    /// <summary>The whole map's length by the image's side, from 1 on.</summary>
    private IReadOnlyList<int> WholeLengths { get; init; }

    /// <summary>The image itself in its frame of zeros.</summary>
    /// <param name="frame">The zeros on each side, at least 0.</param>
    public static FrameRegion OfImage(int frame) =>
        new([.. Enumerable.Range(1, Sides)], [.. Enumerable.Range(1, Sides).Select(side => side + (2 * frame))])
        {
            Start = frame,
            Band = -1,
        };

    /// <summary>
    /// The region after a convolution with a kernel of 3 that pads the whole map by 1, when the region itself is padded with what the
    /// empty frame has there.
    /// </summary>
    /// <param name="padding">The positions in front of the region and behind it that are read.</param>
    /// <returns>Null if zero padding at the border reaches one of them.</returns>
    public FrameRegion? Convolve(int padding) => IsClear(inFront: padding, behind: padding)
        ? this with
        {
            Start = Start + 1 - padding,
            Band = Band + 1,
            SpareInFront = SpareInFront - 2 + padding,
            SpareBehind = SpareBehind - 2 + padding,
            Lengths = [.. Lengths.Select(length => length - 2 + (2 * padding))],
        }
        : null;

    /// <summary>The region with the next position behind it.</summary>
    /// <returns>Null if zero padding at the border reaches it.</returns>
    public FrameRegion? Extend() => IsClear(inFront: 0, behind: 1)
        ? this with { SpareBehind = SpareBehind + 1, Lengths = [.. Lengths.Select(length => length + 1)] }
        : null;

    /// <summary>The region after a pooling with windows of 2, of which those that it fills are computed.</summary>
    /// <returns>Null if these windows are not the whole map's, or not all that the image can change.</returns>
    public FrameRegion? Pool() => Start % 2 == 0 && SpareBehind >= 1
        ? this with
        {
            Start = Start / 2,
            Band = (Band / 2) + 1,
            SpareInFront = SpareInFront / 2,
            SpareBehind = (SpareBehind - 1) / 2,
            Lengths = [.. Lengths.Select(length => length / 2)],
            WholeLengths = [.. WholeLengths.Select(length => (length + 1) / 2)],
        }
        : null;

    private bool IsClear(int inFront, int behind) => Start - inFront >= Band
        && Lengths.Zip(WholeLengths, (length, wholeLength) => wholeLength - Start - length - behind).All(left => left >= Band);
}
