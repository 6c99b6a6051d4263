using FcnService.Api.OpenInference;
using FcnService.Inference.Geometry;
using FcnService.Inference.Masks;
using FcnService.Inference.Models;

namespace FcnService.Api.Tests.OpenInference;

public sealed class ImageBatchTests
{
    private static readonly SizePolicy Any = new AnySize(32, 100);

    [Theory]
    [InlineData(1, 3, 32, 32)]
    [InlineData(2, 3, 128, 64)]
    public void Of_ShapeOfTheNetwork_IsItsImages(long count, long channels, long height, long width)
    {
        var batch = ImageBatch.Of(Input(new byte[4 * count * channels * height * width], count, channels, height, width), Contract(Any));
        Assert.Equal(new ImageBatch((int)count, new ImageSize((int)width, (int)height)), batch);
        Assert.Equal(count * height * width / 1e6, batch.Megapixels, 1e-12);
    }

    [Theory]
    [InlineData(0L, 3L, 32L, 32L)]
    [InlineData(1L, 1L, 32L, 32L)]
    [InlineData(1L, 3L, 0L, 32L)]
    [InlineData(1L, 3L, 33L, 32L)]
    [InlineData(1L, 3L, 32L, 160L)]
    [InlineData(1L, 32L, 32L, 3L)]
    [InlineData(1L, 3L, 32L)]
    [InlineData(1L, 3L, 32L, 32L, 1L)]
    [InlineData(3L)]
    [InlineData(1L, 3L, long.MaxValue, long.MaxValue)]
    public void Of_OtherShape_SaysWhatIsExpected(params long[] shape)
    {
        var refusal = Refuse(Input(new byte[4 * 3 * 32 * 32], shape), Contract(Any));
        Assert.Contains($"FP32 [{string.Join(", ", shape)}]; expected ", refusal, StringComparison.Ordinal);
        Assert.Contains("[N, 3, H, W], where H and W are multiples of 32 up to 128.", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1L, 3L, 16L, 24L)]
    [InlineData(2L, 16L, 24L, 3L)]
    [InlineData(1L, 24L, 16L, 3L)]
    public void Of_OtherShapeForAFixedSize_SaysWhatIsExpected(params long[] shape)
    {
        var contract = Contract(new Stretched(new ImageSize(24, 16)), TensorLayout.Nhwc, takesBatches: false);
        Assert.Contains("expected [1, 16, 24, 3].", Refuse(Input(new byte[4 * 3 * 16 * 24], shape), contract), StringComparison.Ordinal);
        Assert.Equal(new ImageSize(24, 16), ImageBatch.Of(Input(new byte[4 * 3 * 16 * 24], 1, 16, 24, 3), contract).Size);
    }

    [Theory]
    [InlineData(12287)]
    [InlineData(12289)]
    [InlineData(0)]
    public void Of_BinaryDataOfAnotherLength_SaysBoth(int length)
    {
        var refusal = Refuse(Input(new byte[length], 1, 3, 32, 32), Contract(Any));
        Assert.Contains($"{length} bytes of binary data; expected 12288", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1_000_000)]
    [InlineData(long.MaxValue)]
    public void Of_ShapeFarBeyondItsData_IsRefusedBeforeMemoryIsTaken(long count)
    {
        var json = new RequestInput("image", "FP32", [count, 3, 32, 32], "[1]"u8.ToArray(), IsBinary: false);
        Assert.Contains("fewer than", Refuse(json, Contract(Any)), StringComparison.Ordinal);
        var binary = Input(new byte[4 * 3 * 32 * 32], count, 3, 32, 32);
        Assert.Contains("12288 bytes of binary data; expected", Refuse(binary, Contract(Any)), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BinaryData_AreCopiedImageByImage()
    {
        float[] values = [.. Enumerable.Range(0, 2 * 3 * 32 * 32).Select(i => (float)i)];
        var input = Input(ProtocolClient.Bytes(values), 2, 3, 32, 32);
        var images = ImageBatch.Of(input, Contract(Any)).Read(input);
        Assert.Equal(values, images.SelectMany(image => image.Values.ToArray()));
        images.ForEach(image => image.Dispose());
    }

    private static string Refuse(RequestInput input, ModelContract contract) =>
        Assert.Throws<InvalidInferenceRequestException>(() => ImageBatch.Of(input, contract)).Message;

    private static RequestInput Input(byte[] data, params long[] shape) => new("image", "FP32", shape, data, IsBinary: true);

    private static ModelContract Contract(SizePolicy policy, TensorLayout layout = TensorLayout.Nchw, bool takesBatches = true) => new()
    {
        Input = new InputContract("image", layout, ChannelOrder.Rgb, [0, 0, 0], [1, 1, 1], takesBatches),
        Output = new OutputContract("scores", layout, OutputKind.Logits, Upsample: null),
        SizePolicy = policy,
        Classes = ["a", "b"],
        Palette = Palette.Voc,
        Void = 255,
    };
}
