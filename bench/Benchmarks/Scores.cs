using FcnService.Inference.Geometry;
using FcnService.Inference.Labels;
using FcnService.Inference.Models;

namespace FcnService.Benchmarks;

/// <summary>Scores such as a network gives: smooth, so that labels lie in regions.</summary>
/// <param name="Values">A plane for each class.</param>
/// <param name="Classes">Their number.</param>
/// <param name="Grid">The size of a plane.</param>
/// <param name="Sampling">Where the photo lies on it.</param>
internal readonly record struct Scores(float[] Values, int Classes, ImageSize Grid, GridSampling Sampling)
{
    /// <summary>Draws scores; they are the same every time.</summary>
    public static Scores Draw(NetworkFrame frame, ImageSize grid, int classes, Upsampling? upsample)
    {
        var random = new Random(1);
        var values = new float[classes * grid.Pixels];
        for (var plane = 0; plane < classes; plane++)
        {
            // Two waves a class, up to four of them over the picture: the mask's PNG is about as large as that of a street scene.
            var (across, down) = (4 * random.NextDouble() / grid.Width, 4 * random.NextDouble() / grid.Height);
            var phase = Math.Tau * random.NextDouble();
            for (var i = 0; i < grid.Pixels; i++)
            {
                var (y, x) = Math.DivRem(i, grid.Width);
                values[(plane * grid.Pixels) + i] = (float)(Math.Sin((x * across * Math.Tau) + phase) + Math.Cos((y * down * Math.Tau) + phase));
            }
        }

        return new Scores(values, classes, grid, GridSampling.Of(frame, grid, upsample));
    }

    /// <summary>Labels the photo.</summary>
    public void Label(ClassMap map) => ScoreArgmax.Label(new ScoreGrid(Values, Classes, Grid, TensorLayout.Nchw), Sampling, map);
}
