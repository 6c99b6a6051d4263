using FcnService.Inference.Geometry;

namespace FcnService.Inference.Tests.Reference;

/// <summary>The scores of a photo's pixels, one at a time and in double precision: from the photo to the content to the input to the grid.</summary>
internal static class PlainScores
{
    /// <summary>The scores at a photo's pixel, of a grid that spans the whole input.</summary>
    public static double[] At(int x, int y, float[] scores, int classes, ImageSize grid, NetworkFrame frame)
    {
        var column = OnGrid(x, frame.Photo.Width, frame.Content.Width, frame.Padding.Left, frame.Input.Width, grid.Width);
        var row = OnGrid(y, frame.Photo.Height, frame.Content.Height, frame.Padding.Top, frame.Input.Height, grid.Height);
        return [.. Enumerable.Range(0, classes).Select(label => Bilinear(scores, label, grid, column, row))];
    }

    /// <summary>The scores at an input's pixel, of a grid that is enlarged by a factor, and then cropped at an offset.</summary>
    public static double[] AtUpsampled(int x, int y, float[] scores, int classes, ImageSize grid, int factor, int offset)
    {
        var column = Math.Clamp(((x + offset + 0.5) / factor) - 0.5, 0, grid.Width - 1);
        var row = Math.Clamp(((y + offset + 0.5) / factor) - 0.5, 0, grid.Height - 1);
        return [.. Enumerable.Range(0, classes).Select(label => Bilinear(scores, label, grid, column, row))];
    }

    /// <summary>
    /// Holds labels against scores. Where the two best scores are closer than single precision tells apart, either is right; elsewhere
    /// only the best is.
    /// </summary>
    public static void AssertBest(byte label, double[] scores, string where)
    {
        var best = scores.Max();
        Assert.True(scores[label] >= best - (1e-5 * Math.Max(1, Math.Abs(best))), $"{where}: {label} of [{string.Join(", ", scores)}]");
    }

    /// <summary>Probabilities from logits.</summary>
    public static double[] Softmax(double[] scores)
    {
        var exponentials = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
        return [.. exponentials.Select(value => value / exponentials.Sum())];
    }

    // Pixel centres are at .5; beyond the outermost grid points that hold some of the photo, the outermost are repeated.
    private static double OnGrid(int pixel, int photo, int content, int padding, int input, int grid)
    {
        var inInput = ((pixel + 0.5) * content / photo) + padding;
        var first = Math.Floor((double)padding * grid / input);
        var last = Math.Ceiling((double)(padding + content) * grid / input) - 1;
        return Math.Clamp((inInput * grid / input) - 0.5, first, last);
    }

    private static double Bilinear(float[] scores, int label, ImageSize grid, double column, double row)
    {
        var (left, top) = ((int)Math.Floor(column), (int)Math.Floor(row));
        var (right, bottom) = (Math.Min(left + 1, grid.Width - 1), Math.Min(top + 1, grid.Height - 1));
        var (across, down) = (column - left, row - top);
        double Score(int x, int y) => scores[(((label * grid.Height) + y) * grid.Width) + x];
        return ((1 - down) * (((1 - across) * Score(left, top)) + (across * Score(right, top))))
            + (down * (((1 - across) * Score(left, bottom)) + (across * Score(right, bottom))));
    }
}
