using FcnService.Inference.Geometry;
using FcnService.Inference.Labels;
using FcnService.Inference.Tests.Reference;
using FsCheck.Fluent;

namespace FcnService.Inference.Tests.Labels;

public sealed class LabelVoteTests
{
    private const int Classes = 4;

    [Fact]
    public void Label_AnyFrameAndGrid_IsTheBestOfInterpolatedOneHotScores() =>
        Property.Holds(
            from photo in Gen.Choose(1, 40).Two()
            from content in Gen.Choose(1, 40).Two()
            from padding in Gen.Choose(0, 9).Four()
            from grid in Gen.Choose(1, 50).Two()
            from seed in Gen.Choose(0, int.MaxValue)
            select (
                new NetworkFrame(
                    new ImageSize(photo.Item1, photo.Item2),
                    new ImageSize(content.Item1, content.Item2),
                    new Padding(padding.Item1, padding.Item2, padding.Item3, padding.Item4)),
                new ImageSize(grid.Item1, grid.Item2),
                seed),
            given =>
            {
                var (frame, grid, seed) = given;
                var random = new Random(seed);
                byte[] labels = [.. Enumerable.Range(0, (int)grid.Pixels).Select(_ => (byte)random.Next(Classes))];
                float[] oneHot = [.. Enumerable.Range(0, Classes).SelectMany(label => labels.Select(each => each == label ? 1f : 0f))];

                using var map = Label(labels, grid, frame);

                for (var y = 0; y < frame.Photo.Height; y++)
                {
                    for (var x = 0; x < frame.Photo.Width; x++)
                    {
                        PlainScores.AssertBest(map.Row(y)[x], PlainScores.At(x, y, oneHot, Classes, grid, frame), $"{x}, {y}");
                    }
                }
            });

    [Fact]
    public void Label_EqualVotes_GoToTheLowerLabel()
    {
        // The one pixel lies in the middle between both grid points.
        var frame = new NetworkFrame(new ImageSize(1, 1), new ImageSize(2, 1), default);

        using var map = Label([9, 3], new ImageSize(2, 1), frame);

        Assert.Equal(3, map.Labels[0]);
    }

    [Fact]
    public void Label_VoidLabel_VotesLikeAnyOther()
    {
        var size = new ImageSize(3, 1);

        using var map = Label([255, 0, 255], size, new NetworkFrame(size, size, default));

        Assert.Equal([255, 0, 255], map.Labels.ToArray());
    }

    [Fact]
    public void Label_GridOfTheInputsSize_CropsThePadding()
    {
        var frame = new NetworkFrame(new ImageSize(2, 2), new ImageSize(2, 2), new Padding(Left: 1, Top: 2, Right: 3, Bottom: 0));
        byte[] labels = [.. Enumerable.Range(0, (int)frame.Input.Pixels).Select(place => (byte)place)];

        using var map = Label(labels, frame.Input, frame);

        Assert.Equal([13, 14, 19, 20], map.Labels.ToArray());
    }

    private static ClassMap Label(byte[] labels, ImageSize grid, NetworkFrame frame)
    {
        var map = new ClassMap(frame.Photo);
        LabelVote.Label(labels, grid, GridSampling.Of(frame, grid, upsample: null), map);
        return map;
    }
}
