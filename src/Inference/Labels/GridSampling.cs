using FcnService.Inference.Geometry;
using FcnService.Inference.Models;

namespace FcnService.Inference.Labels;

/// <summary>Where the photo's pixels lie on the grid of a network's output.</summary>
/// <param name="Columns">From x in the photo to a column of the grid.</param>
/// <param name="Rows">From y in the photo to a row of the grid.</param>
public readonly record struct GridSampling(AxisSampling Columns, AxisSampling Rows)
{
    /// <summary>The way back from a network's output to the photo: undoes the padding and the resizing of a frame.</summary>
    /// <param name="frame">How the photo was put into the input.</param>
    /// <param name="grid">The size of the output.</param>
    /// <param name="upsample">Where a coarser grid lies, or null if it spans the whole input.</param>
    public static GridSampling Of(NetworkFrame frame, ImageSize grid, Upsampling? upsample)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return new GridSampling(
            AxisSampling.Of(frame.Photo.Width, frame.Content.Width, frame.Padding.Left, frame.Input.Width, grid.Width, upsample),
            AxisSampling.Of(frame.Photo.Height, frame.Content.Height, frame.Padding.Top, frame.Input.Height, grid.Height, upsample));
    }
}

/// <summary>
/// One axis of a <see cref="GridSampling"/>: photo pixel p lies at p · <see cref="Scale"/> + <see cref="Shift"/> on the grid, but not
/// before <see cref="First"/> nor after <see cref="Last"/>. Pixels are taken at their centres (half-pixel convention).
/// </summary>
/// <param name="Scale">Grid steps per photo pixel.</param>
/// <param name="Shift">The grid position of photo pixel 0.</param>
/// <param name="First">The first grid index that holds the photo, not its padding.</param>
/// <param name="Last">The last one.</param>
public readonly record struct AxisSampling(double Scale, double Shift, int First, int Last)
{
    /// <summary>Whether every photo pixel is a grid point, so that nothing is interpolated.</summary>
    public bool IsCrop => Scale == 1 && Shift == First;

    /// <summary>Composes the way of one axis: photo, content, input, grid.</summary>
    internal static AxisSampling Of(int photo, int content, int padding, int input, int grid, Upsampling? upsample)
    {
        var contentPerPhoto = (double)content / photo;
        if (upsample is not null)
        {
            var gridPerInput = 1.0 / upsample.Factor;
            return At(contentPerPhoto, padding + upsample.Offset, gridPerInput, 0, grid - 1);
        }

        // Outermost grid points that lie in the content at least in part: labels are cropped before they are resized.
        var (start, end) = ((long)padding * grid, (long)(padding + content) * grid);
        var (first, last) = ((int)(start / input), (int)((end + input - 1) / input) - 1);
        return At(contentPerPhoto, padding, (double)grid / input, first, last);
    }

    /// <summary>Finds the grid points around a photo pixel.</summary>
    /// <param name="pixel">The pixel's index along the axis.</param>
    /// <returns>The index of the grid point before it, and the weight, 0 to 1, of the one after; 0 at the end of the grid.</returns>
    public (int Index, float Weight) Locate(int pixel)
    {
        var position = Math.Clamp((pixel * Scale) + Shift, First, Last);
        var index = (int)position;
        return (index, (float)(position - index));
    }

    private static AxisSampling At(double contentPerPhoto, int offset, double gridPerInput, int first, int last) =>
        new(contentPerPhoto * gridPerInput, (((0.5 * contentPerPhoto) + offset) * gridPerInput) - 0.5, first, last);
}
