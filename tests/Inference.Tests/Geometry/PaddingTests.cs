using FcnService.Inference.Geometry;
using FsCheck;
using FsCheck.Fluent;

namespace FcnService.Inference.Tests.Geometry;

public sealed class PaddingTests
{
    private static readonly Gen<ImageSize> Sizes = Gen.Choose(1, 20_000).Two().Select(sides => new ImageSize(sides.Item1, sides.Item2));

    [Fact]
    public void Crop_OfWhatPadGave_IsTheSize() =>
        Property.Holds(
            from size in Sizes
            from sides in Gen.Choose(0, 100).Four()
            select (size, new Padding(sides.Item1, sides.Item2, sides.Item3, sides.Item4)),
            given => Assert.Equal(given.size, given.Item2.Crop(given.Item2.Pad(given.size))));

    [Fact]
    public void ToMultiple_AnySize_IsTheLeastPaddingAtRightAndBottom() =>
        Property.Holds(
            from size in Sizes
            from multiple in Gen.Choose(1, 64)
            select (size, multiple),
            given =>
            {
                var (size, multiple) = given;
                var padding = Padding.ToMultiple(size, multiple);
                var padded = padding.Pad(size);

                Assert.Equal((0, 0), (padding.Left, padding.Top));
                Assert.InRange(padding.Right, 0, multiple - 1);
                Assert.InRange(padding.Bottom, 0, multiple - 1);
                Assert.Equal((0, 0), (padded.Width % multiple, padded.Height % multiple));
                Assert.Equal(size, padding.Crop(padded));
            });

    [Fact]
    public void Center_AnySizeInAFrame_FillsItEvenly() =>
        Property.Holds(
            from size in Sizes
            from more in Gen.Choose(0, 500).Two()
            select (size, new ImageSize(size.Width + more.Item1, size.Height + more.Item2)),
            given =>
            {
                var (size, frame) = given;
                var padding = Padding.Center(size, frame);

                Assert.Equal(frame, padding.Pad(size));
                Assert.Equal(size, padding.Crop(frame));
                Assert.InRange(padding.Right - padding.Left, 0, 1);
                Assert.InRange(padding.Bottom - padding.Top, 0, 1);
            });
}
