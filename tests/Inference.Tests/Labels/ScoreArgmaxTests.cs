using FcnService.Inference.Geometry;
using FcnService.Inference.Labels;
using FcnService.Inference.Models;
using FcnService.Inference.Tests.Reference;
using FsCheck.Fluent;

namespace FcnService.Inference.Tests.Labels;

public sealed class ScoreArgmaxTests
{
    [Fact]
    public void Label_PaddedPhoto_IsTheBestOfEachPixel() =>
        Property.Holds(
            from photo in Gen.Choose(1, 60).Two()
            from padding in Gen.Choose(0, 9).Four()
            from classes in Gen.Choose(1, 23)
            from seed in Gen.Choose(0, int.MaxValue)
            select (new ImageSize(photo.Item1, photo.Item2), new Padding(padding.Item1, padding.Item2, padding.Item3, padding.Item4), classes, seed),
            given =>
            {
                var (photo, padding, classes, seed) = given;
                AssertBest(new NetworkFrame(photo, photo, padding), padding.Pad(photo), classes, seed);
            });

    [Fact]
    public void Label_ResizedPhotoAndAnyGrid_IsTheBestOfTheInterpolatedScores() =>
        Property.Holds(
            from photo in Gen.Choose(1, 60).Two()
            from content in Gen.Choose(1, 60).Two()
            from padding in Gen.Choose(0, 9).Four()
            from grid in Gen.Choose(1, 80).Two()
            from seed in Gen.Choose(0, int.MaxValue)
            select (
                new NetworkFrame(
                    new ImageSize(photo.Item1, photo.Item2),
                    new ImageSize(content.Item1, content.Item2),
                    new Padding(padding.Item1, padding.Item2, padding.Item3, padding.Item4)),
                new ImageSize(grid.Item1, grid.Item2),
                seed),
            given => AssertBest(given.Item1, given.Item2, classes: 5, given.seed));

    // Noise has an outline at every point: here most have neighbours of their own class, as in photos.
    [Fact]
    public void Label_SmoothScores_IsTheBestOfTheInterpolatedScores() =>
        Property.Holds(
            from photo in Gen.Choose(1, 90).Two()
            from grid in Gen.Choose(1, 30).Two()
            from waves in Gen.Choose(1, 40).Two()
            select (new ImageSize(photo.Item1, photo.Item2), new ImageSize(grid.Item1, grid.Item2), waves.Item1, waves.Item2),
            given =>
            {
                const int Classes = 4;
                var (photo, grid, across, down) = given;
                var scores = new float[grid.Pixels * Classes];
                for (var i = 0; i < scores.Length; i++)
                {
                    var (label, y, x) = (i / (int)grid.Pixels, i / grid.Width % grid.Height, i % grid.Width);
                    scores[i] = MathF.Sin((x * across * 0.01f) + (y * down * 0.01f) + label);
                }

                AssertBest(new NetworkFrame(photo, photo, default), grid, Classes, scores);
            });

    [Fact]
    public void Label_ClassesLast_IsTheSameAsPlanes() =>
        Property.Holds(
            from photo in Gen.Choose(1, 60).Two()
            from grid in Gen.Choose(1, 40).Two()
            from classes in Gen.Choose(1, 23)
            from seed in Gen.Choose(0, int.MaxValue)
            select (new ImageSize(photo.Item1, photo.Item2), new ImageSize(grid.Item1, grid.Item2), classes, seed),
            given =>
            {
                var (photo, grid, classes, seed) = given;
                var planes = Scores(grid, classes, seed);
                var points = new float[planes.Length];
                for (var i = 0; i < points.Length; i++)
                {
                    points[i] = planes[(i % classes * (int)grid.Pixels) + (i / classes)];
                }

                var frame = new NetworkFrame(photo, photo, default);
                using var expected = Label(planes, classes, grid, frame);
                using var actual = Label(points, classes, grid, frame, layout: TensorLayout.Nhwc);

                Assert.Equal(expected.Labels.ToArray(), actual.Labels.ToArray());
            });

    [Theory]
    [InlineData(8, 0)]
    [InlineData(8, 31)]
    [InlineData(32, 19)]
    [InlineData(2, 5)]
    public void Label_CoarserGrid_IsTheBestOfTheEnlargedAndCroppedScores(int factor, int offset)
    {
        var (photo, grid, classes) = (new ImageSize(53, 41), new ImageSize(11, 9), 6);
        var scores = Scores(grid, classes, seed: factor + offset);
        var frame = new NetworkFrame(photo, photo, Padding.ToMultiple(photo, 8));

        using var map = Label(scores, classes, grid, frame, new Upsampling(factor, offset));

        for (var y = 0; y < photo.Height; y++)
        {
            for (var x = 0; x < photo.Width; x++)
            {
                PlainScores.AssertBest(map.Row(y)[x], PlainScores.AtUpsampled(x, y, scores, classes, grid, factor, offset), $"{x}, {y}");
            }
        }
    }

    [Fact]
    public void Label_ScoresOfAPaddedPhoto_GiveTheLabelsOfTheUnpaddedOne() =>
        Property.Holds(
            from photo in Gen.Choose(1, 60).Two()
            from multiple in Gen.Choose(1, 32)
            from seed in Gen.Choose(0, int.MaxValue)
            select (new ImageSize(photo.Item1, photo.Item2), multiple, seed),
            given =>
            {
                const int Classes = 4;
                var (photo, multiple, seed) = given;
                var padding = Padding.ToMultiple(photo, multiple);
                var padded = padding.Pad(photo);
                var scores = Scores(photo, Classes, seed);
                // The padding's own scores are the largest of all, and must not show.
                var surrounded = new float[padded.Pixels * Classes];
                Array.Fill(surrounded, 1e6f);
                for (var row = 0; row < photo.Height * Classes; row++)
                {
                    var (label, y) = (row / photo.Height, row % photo.Height);
                    scores.AsSpan(row * photo.Width, photo.Width).CopyTo(surrounded.AsSpan(((label * padded.Height) + y) * padded.Width));
                }

                using var expected = Label(scores, Classes, photo, new NetworkFrame(photo, photo, default));
                using var actual = Label(surrounded, Classes, padded, new NetworkFrame(photo, photo, padding));

                Assert.Equal(expected.Labels.ToArray(), actual.Labels.ToArray());
            });

    // Widths on both sides of what a vector holds, so that its tail is met too.
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(19)]
    public void Label_EqualScores_GoToTheLowerLabel(int width)
    {
        var (size, larger) = (new ImageSize(width, 2), new ImageSize(width * 3, 5));
        var scores = new float[size.Pixels * 4];
        // Class 0 loses to 1, and 2 and 3 come level with 1.
        Array.Fill(scores, 2.5f, 2 * width, scores.Length - (2 * width));

        using var same = Label(scores, 4, size, new NetworkFrame(size, size, default));
        using var enlarged = Label(scores, 4, size, new NetworkFrame(larger, size, default));

        Assert.All(same.Labels.ToArray(), label => Assert.Equal(1, label));
        Assert.All(enlarged.Labels.ToArray(), label => Assert.Equal(1, label));
    }

    [Fact]
    public void Label_256Classes_ReachesTheLast()
    {
        var size = new ImageSize(9, 1);
        var scores = new float[9 * 256];
        Array.Fill(scores, 1, 9 * 255, 9);

        using var map = Label(scores, 256, size, new NetworkFrame(size, size, default));

        Assert.All(map.Labels.ToArray(), label => Assert.Equal(255, label));
    }

    [Fact]
    public void Label_ScoresOfAnotherSize_AreRefused()
    {
        var size = new ImageSize(4, 4);

        Assert.Throws<ArgumentOutOfRangeException>(() => Label(new float[47], 3, size, new NetworkFrame(size, size, default)));
    }

    private static void AssertBest(NetworkFrame frame, ImageSize grid, int classes, int seed) =>
        AssertBest(frame, grid, classes, Scores(grid, classes, seed));

    private static void AssertBest(NetworkFrame frame, ImageSize grid, int classes, float[] scores)
    {
        using var map = Label(scores, classes, grid, frame);
        for (var y = 0; y < frame.Photo.Height; y++)
        {
            for (var x = 0; x < frame.Photo.Width; x++)
            {
                PlainScores.AssertBest(map.Row(y)[x], PlainScores.At(x, y, scores, classes, grid, frame), $"{x}, {y}");
            }
        }
    }

    private static ClassMap Label(
        float[] scores, int classes, ImageSize grid, NetworkFrame frame, Upsampling? upsample = null, TensorLayout layout = TensorLayout.Nchw)
    {
        var map = new ClassMap(frame.Photo);
        // What the pool's buffer held before must not show.
        map.Labels.Fill(77);
        ScoreArgmax.Label(new ScoreGrid(scores, classes, grid, layout), GridSampling.Of(frame, grid, upsample), map);
        return map;
    }

    private static float[] Scores(ImageSize grid, int classes, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, (int)grid.Pixels * classes).Select(_ => (random.NextSingle() * 20) - 10)];
    }
}
