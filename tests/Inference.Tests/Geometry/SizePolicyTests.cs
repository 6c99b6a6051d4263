using FcnService.Inference.Geometry;
using FsCheck;
using FsCheck.Fluent;

namespace FcnService.Inference.Tests.Geometry;

public sealed class SizePolicyTests
{
    private static readonly Gen<ImageSize> Photos = Gen.Choose(1, 16_384).Two().Select(sides => new ImageSize(sides.Item1, sides.Item2));

    private static readonly Gen<AnySize> AnySizes =
        from multiple in Gen.Choose(1, 64) from side in Gen.Choose(1, 2_000) select new AnySize(multiple, side);

    private static readonly Gen<ImageSize> Inputs = Gen.Choose(1, 600).Two().Select(sides => new ImageSize(sides.Item1, sides.Item2));

    [Fact]
    public void Frame_OfAnySize_KeepsTheLimitTheProportionsAndTheMultiple() =>
        Property.Holds(
            from photo in Photos from policy in AnySizes select (photo, policy),
            given =>
            {
                var (photo, policy) = given;
                var frame = policy.Frame(photo);

                Assert.Equal(photo, frame.Photo);
                Assert.Equal(Math.Min(photo.LongSide, policy.MaxSide), frame.Content.LongSide);
                var scale = (double)frame.Content.LongSide / photo.LongSide;
                AssertWithinHalfAPixel(photo.Width * scale, frame.Content.Width);
                AssertWithinHalfAPixel(photo.Height * scale, frame.Content.Height);
                Assert.Equal((0, 0), (frame.Input.Width % policy.MultipleOf, frame.Input.Height % policy.MultipleOf));
                Assert.Equal(frame.Content, frame.Padding.Crop(frame.Input));
            });

    [Fact]
    public void Frame_OfATransposedPhoto_IsTheTransposedFrame() =>
        Property.Holds(
            from photo in Photos from policy in AnySizes select (photo, policy),
            given =>
            {
                var (upright, turned) = (given.policy.Frame(given.photo), given.policy.Frame(given.photo.Transposed));

                Assert.Equal(upright.Content.Transposed, turned.Content);
                Assert.Equal(upright.Input.Transposed, turned.Input);
            });

    [Fact]
    public void Frame_Stretched_IsTheInputWhateverThePhoto() =>
        Property.Holds(
            from photo in Photos from input in Inputs select (photo, input),
            given =>
            {
                var frame = new Stretched(given.input).Frame(given.photo);

                Assert.Equal(new NetworkFrame(given.photo, given.input, default), frame);
                Assert.Equal(given.input, frame.Input);
            });

    [Fact]
    public void Frame_Letterboxed_IsThePhotoInProportionAsLargeAsFits() =>
        Property.Holds(
            from photo in Photos from input in Inputs select (photo, input),
            given =>
            {
                var (photo, input) = given;
                var frame = new Letterboxed(input).Frame(photo);

                Assert.Equal(input, frame.Input);
                Assert.True(frame.Content.Width == input.Width || frame.Content.Height == input.Height);
                Assert.True(frame.Content.Width <= input.Width && frame.Content.Height <= input.Height);
                var scale = Math.Min((double)input.Width / photo.Width, (double)input.Height / photo.Height);
                AssertWithinHalfAPixel(photo.Width * scale, frame.Content.Width);
                AssertWithinHalfAPixel(photo.Height * scale, frame.Content.Height);
                Assert.InRange(frame.Padding.Right - frame.Padding.Left, 0, 1);
                Assert.InRange(frame.Padding.Bottom - frame.Padding.Top, 0, 1);
            });

    [Theory]
    [InlineData(480, 360, 480, 360, 480, 384)]
    [InlineData(4000, 3000, 1024, 768, 1024, 768)]
    [InlineData(16_384, 16, 1024, 1, 1024, 32)]
    [InlineData(1, 1, 1, 1, 32, 32)]
    public void Frame_OfKnownPhotos_IsAsWorkedOutByHand(
        int width, int height, int contentWidth, int contentHeight, int inputWidth, int inputHeight)
    {
        var frame = new AnySize(32, 1024).Frame(new ImageSize(width, height));

        Assert.Equal(new ImageSize(contentWidth, contentHeight), frame.Content);
        Assert.Equal(new ImageSize(inputWidth, inputHeight), frame.Input);
    }

    // No side vanishes: what is less than a pixel is one.
    private static void AssertWithinHalfAPixel(double exact, int side) =>
        Assert.InRange(side, Math.Max(1, exact - 0.500001), Math.Max(1, exact + 0.500001));

    [Fact]
    public void InBuckets_AnySize_GivesPhotosOfSimilarSizesOneInput()
    {
        var policy = new AnySize(MultipleOf: 32, MaxSide: 1024).InBuckets(48);

        Assert.Equal(new ImageSize(576, 384), policy.Frame(new ImageSize(500, 375)).Input);
        Assert.Equal(new ImageSize(576, 384), policy.Frame(new ImageSize(481, 300)).Input);
        Assert.Equal(new ImageSize(500, 375), policy.Frame(new ImageSize(500, 375)).Content);
    }

    [Fact]
    public void InBuckets_OneSize_StaysAsItIs()
    {
        var policy = new Stretched(new ImageSize(257, 257));

        Assert.Equal(policy, policy.InBuckets(64));
    }
}
