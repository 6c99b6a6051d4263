using FcnService.Inference.Geometry;
using FcnService.Inference.Labels;
using FcnService.Inference.Models;
using FsCheck;
using FsCheck.Fluent;

namespace FcnService.Inference.Tests.Reference;

/// <summary>Random scores of a photo, in both layouts.</summary>
/// <param name="Frame">How the photo lies in the input.</param>
/// <param name="Grid">The size of the output.</param>
/// <param name="Classes">The number of classes.</param>
/// <param name="Values">A plane for each class.</param>
internal sealed record DrawnScores(NetworkFrame Frame, ImageSize Grid, int Classes, float[] Values)
{
    /// <summary>Photos, paddings and grids of every kind, among them such that no pixel is interpolated.</summary>
    public static Gen<DrawnScores> Any => Gen.Choose(0, int.MaxValue).Select(Draw);

    public GridSampling Sampling => GridSampling.Of(Frame, Grid, upsample: null);

    public ScoreGrid Planes => new(Values, Classes, Grid, TensorLayout.Nchw);

    public ScoreGrid Points
    {
        get
        {
            var points = new float[Values.Length];
            for (var i = 0; i < points.Length; i++)
            {
                points[i] = Values[(i % Classes * (int)Grid.Pixels) + (i / Classes)];
            }

            return new ScoreGrid(points, Classes, Grid, TensorLayout.Nhwc);
        }
    }

    public static DrawnScores Draw(int seed)
    {
        var random = new Random(seed);
        var photo = Size(40);
        var content = random.Next(3) == 0 ? photo : Size(40);
        var frame = new NetworkFrame(photo, content, new Padding(random.Next(6), random.Next(6), random.Next(6), random.Next(6)));
        var grid = random.Next(3) == 0 ? frame.Input : Size(50);
        var classes = random.Next(1, 23);
        return new DrawnScores(frame, grid, classes, [.. Enumerable.Range(0, (int)grid.Pixels * classes).Select(_ => (random.NextSingle() * 16) - 8)]);

        ImageSize Size(int most) => new(random.Next(1, most), random.Next(1, most));
    }

    /// <summary>Shows every pixel's scores, plainly interpolated.</summary>
    public void ForEachPixel(Action<int, int, double[]> look)
    {
        for (var y = 0; y < Frame.Photo.Height; y++)
        {
            for (var x = 0; x < Frame.Photo.Width; x++)
            {
                look(x, y, PlainScores.At(x, y, Values, Classes, Grid, Frame));
            }
        }
    }
}
