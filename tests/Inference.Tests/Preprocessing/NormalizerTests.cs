using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;
using FcnService.Inference.Preprocessing;
using FcnService.Inference.Tests.Reference;
using FsCheck.Fluent;

namespace FcnService.Inference.Tests.Preprocessing;

public sealed class NormalizerTests
{
    private static readonly float[] Mean = [104.00699f, 116.66877f, 122.67892f];
    private static readonly float[] Std = [57.375f, 58.395f, 0.017f];

    public static TheoryData<ChannelOrder, TensorLayout> OrdersAndLayouts => new(
        from order in Enum.GetValues<ChannelOrder>()
        from layout in Enum.GetValues<TensorLayout>()
        select (order, layout));

    [Theory]
    [MemberData(nameof(OrdersAndLayouts))]
    public void Write_EveryWidthUpTo40_EqualsThePlainTwin(ChannelOrder order, TensorLayout layout)
    {
        for (var width = 1; width <= 40; width++)
        {
            AssertEqualsThePlainTwin(new ImageSize(width, 3), new Padding(0, 0, 0, 0), order, layout, seed: width);
            AssertEqualsThePlainTwin(new ImageSize(width, 3), new Padding(1, 2, 3, 4), order, layout, seed: width);
        }
    }

    [Theory]
    [MemberData(nameof(OrdersAndLayouts))]
    public void Write_AnySizeAndPadding_EqualsThePlainTwin(ChannelOrder order, TensorLayout layout) =>
        Property.Holds(
            from size in Gen.Choose(1, 70).Two()
            from padding in Gen.Choose(0, 33).Four()
            from seed in Gen.Choose(0, int.MaxValue)
            select (new ImageSize(size.Item1, size.Item2), new Padding(padding.Item1, padding.Item2, padding.Item3, padding.Item4), seed),
            given => AssertEqualsThePlainTwin(given.Item1, given.Item2, order, layout, given.seed));

    [Fact]
    public void Write_KnownPixel_SubtractsDividesAndOrders()
    {
        using var image = new RgbImage(new ImageSize(1, 1));
        new byte[] { 10, 20, 30 }.CopyTo(image.Pixels);
        var tensor = new float[3];

        new Normalizer(ChannelOrder.Bgr, TensorLayout.Nchw, [1, 2, 3], [2, 4, 7]).Write(image, Frame(new ImageSize(1, 1), default), tensor);

        Assert.Equal([14.5f, 4.5f, 1f], tensor);
    }

    [Fact]
    public void Write_TensorOfAnotherSize_IsRefused()
    {
        using var image = new RgbImage(new ImageSize(4, 4));
        var normalizer = new Normalizer(ChannelOrder.Rgb, TensorLayout.Nchw, Mean, Std);
        var frame = Frame(new ImageSize(4, 4), new Padding(0, 0, 1, 1));

        Assert.Throws<ArgumentOutOfRangeException>(() => normalizer.Write(image, frame, new float[74]));
        Assert.Throws<ArgumentOutOfRangeException>(() => normalizer.Write(image, Frame(new ImageSize(4, 5), default), new float[60]));
    }

    private static void AssertEqualsThePlainTwin(ImageSize size, Padding padding, ChannelOrder order, TensorLayout layout, int seed)
    {
        using var image = new RgbImage(size);
        new Random(seed).NextBytes(image.Pixels);
        var frame = Frame(size, padding);
        // A pooled buffer holds what the last photo left in it; the padding must be zero all the same.
        var tensor = new float[frame.Input.Pixels * 3];
        Array.Fill(tensor, float.NaN);

        new Normalizer(order, layout, Mean, Std).Write(image, frame, tensor);

        Assert.Equal(PlainNormalizer.Write(image, frame, order, layout, Mean, Std), tensor);
    }

    private static NetworkFrame Frame(ImageSize size, Padding padding) => new(size, size, padding);
}
