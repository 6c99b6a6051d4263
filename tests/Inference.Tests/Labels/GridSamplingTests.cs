using FcnService.Inference.Geometry;
using FcnService.Inference.Labels;
using FcnService.Inference.Models;
using FsCheck.Fluent;

namespace FcnService.Inference.Tests.Labels;

public sealed class GridSamplingTests
{
    [Fact]
    public void Locate_PhotoThatKeptItsSize_IsItsPlaceInTheInput() =>
        Property.Holds(
            from photo in Gen.Choose(1, 3_000).Two()
            from padding in Gen.Choose(0, 40).Four()
            select new NetworkFrame(
                new ImageSize(photo.Item1, photo.Item2),
                new ImageSize(photo.Item1, photo.Item2),
                new Padding(padding.Item1, padding.Item2, padding.Item3, padding.Item4)),
            frame =>
            {
                var sampling = GridSampling.Of(frame, frame.Input, upsample: null);

                Assert.True(sampling.Columns.IsCrop && sampling.Rows.IsCrop);
                foreach (var x in new[] { 0, frame.Photo.Width / 2, frame.Photo.Width - 1 })
                {
                    Assert.Equal((frame.Padding.Left + x, 0f), sampling.Columns.Locate(x));
                }

                Assert.Equal((frame.Padding.Top + frame.Photo.Height - 1, 0f), sampling.Rows.Locate(frame.Photo.Height - 1));
            });

    [Fact]
    public void Locate_AnyFrameAndGrid_StaysOnTheGridAndNeverGoesBack() =>
        Property.Holds(
            from photo in Gen.Choose(1, 400)
            from content in Gen.Choose(1, 300)
            from padding in Gen.Choose(0, 70).Two()
            from grid in Gen.Choose(1, 500)
            from upsample in Gen.Elements(null, new Upsampling(8), new Upsampling(8, 31), new Upsampling(32, 19))
            select (photo, content, padding, grid, upsample),
            given =>
            {
                var frame = new NetworkFrame(
                    new ImageSize(given.photo, 1), new ImageSize(given.content, 1), new Padding(given.padding.Item1, 0, given.padding.Item2, 0));
                var columns = GridSampling.Of(frame, new ImageSize(given.grid, 1), given.upsample).Columns;
                var before = 0f;
                for (var x = 0; x < given.photo; x++)
                {
                    var (index, weight) = columns.Locate(x);

                    Assert.InRange(weight, 0, 1);
                    Assert.InRange(index + weight, Math.Max(before, columns.First), columns.Last);
                    // The neighbour that a weight speaks of exists.
                    Assert.True(weight == 0 || index + 1 < given.grid);
                    before = index + weight;
                }
            });

    [Fact]
    public void Locate_CoarserGridWithAnOffset_IsThePixelOfTheEnlargedGrid()
    {
        // FCN-32s: the input's pixel (0, 0) is 19 pixels into scores enlarged 32 times.
        var size = new ImageSize(500, 375);
        var columns = GridSampling.Of(new NetworkFrame(size, size, default), new ImageSize(22, 18), new Upsampling(32, 19)).Columns;

        var (index, weight) = columns.Locate(100);

        // (100 + 19 + 0.5) / 32 − 0.5 = 3.234375.
        Assert.Equal((3, 0.234375f), (index, weight));
    }
}
