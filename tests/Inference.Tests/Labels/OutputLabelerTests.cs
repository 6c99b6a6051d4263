using FcnService.Inference.Geometry;
using FcnService.Inference.Labels;
using FcnService.Inference.Masks;
using FcnService.Inference.Models;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Inference.Tests.Labels;

public sealed class OutputLabelerTests
{
    private static readonly ImageSize Size = new(3, 2);

    [Fact]
    public void Label_ScoresInEitherLayout_AreTheSameLabels()
    {
        // Two classes and, pixel by pixel, the winner.
        float[] first = [1, 5, 1, 1, 5, 5];
        float[] second = [2, 2, 2, 2, 2, 6];

        using var planes = Label(Logits(TensorLayout.Nchw), Tensor<float>([.. first, .. second], [1, 2, 2, 3]));
        float[] interleaved = [.. first.Zip(second, (a, b) => new[] { a, b }).SelectMany(pair => pair)];
        using var pixels = Label(Logits(TensorLayout.Nhwc), Tensor(interleaved, [1, 2, 3, 2]));

        Assert.Equal([1, 0, 1, 1, 0, 1], planes.Labels.ToArray());
        Assert.Equal([1, 0, 1, 1, 0, 1], pixels.Labels.ToArray());
    }

    [Fact]
    public void Label_IntegerOutputs_AreTheLabelsThemselves()
    {
        byte[] expected = [0, 1, 0, 1, 255, 0];
        AssertLabels(expected, Tensor(expected, [1, 2, 3]));
        AssertLabels(expected, Tensor<int>([.. expected], [1, 2, 3]));
        AssertLabels(expected, Tensor<long>([.. expected], [1, 1, 2, 3]));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    [InlineData(256)]
    public void Label_LabelOutOfRange_IsABrokenContract(int label)
    {
        var broken = Assert.Throws<InvalidModelException>(() => Label(Labels(), Tensor<int>([0, 0, 0, 0, 0, label], [1, 2, 3])));

        Assert.Contains("'tiny'", broken.Message, StringComparison.Ordinal);
        Assert.Contains($"the label {label}; expected 0 to 1, or 255 for void", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Label_OtherVoid_IsTheOneThatIsLetThrough()
    {
        var contract = Labels() with { Void = 11 };

        using var map = Label(contract, Tensor<long>([0, 1, 11, 0, 1, 11], [1, 2, 3]));

        Assert.Equal([0, 1, 11, 0, 1, 11], map.Labels.ToArray());
        Assert.Throws<InvalidModelException>(() => Label(contract, Tensor<long>([0, 1, 255, 0, 1, 255], [1, 2, 3])));
    }

    [Fact]
    public void Label_MoreClassesThanPromised_IsABrokenContract()
    {
        var broken = Assert.Throws<InvalidModelException>(() => Label(Logits(TensorLayout.Nchw), Tensor(new float[18], [1, 3, 2, 3])));

        Assert.Contains("[1, 3, 2, 3] has 3 classes; expected 2", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Label_SeveralImagesOfLabels_IsABrokenContract()
    {
        var broken = Assert.Throws<InvalidModelException>(() => Label(Labels(), Tensor(new int[12], [2, 2, 3])));

        Assert.Contains("output is [2, 2, 3] for 1 images; expected 1 as the first dimension", broken.Message, StringComparison.Ordinal);
    }

    private static void AssertLabels(byte[] expected, NetworkOutput output)
    {
        using var map = Label(Labels(), output);
        Assert.Equal(expected, map.Labels.ToArray());
    }

    private static ClassMap Label(ModelContract contract, NetworkOutput output)
    {
        using (output)
        {
            return new OutputLabeler("tiny", contract).Label(output, new NetworkFrame(Size, Size, default));
        }
    }

    private static NetworkOutput Tensor<T>(T[] values, long[] shape)
        where T : unmanaged => NetworkOutput.Split(new Values([OrtValue.CreateTensorValueFromMemory(values, shape)]), count: 1)[0];

    private static ModelContract Labels() => Contract(new OutputContract("classes", TensorLayout.Nchw, OutputKind.Labels, null));

    private static ModelContract Logits(TensorLayout layout) => Contract(new OutputContract("classes", layout, OutputKind.Logits, null));

    private static ModelContract Contract(OutputContract output) => new()
    {
        Input = new InputContract("photo", TensorLayout.Nchw, ChannelOrder.Rgb, [0, 0, 0], [1, 1, 1]),
        Output = output,
        SizePolicy = new AnySize(1, 1024),
        Classes = ["ground", "sky"],
        Palette = Palette.Voc,
        Void = 255,
    };

    private sealed class Values(List<OrtValue> values) : List<OrtValue>(values), IDisposableReadOnlyCollection<OrtValue>
    {
        public void Dispose() => ForEach(value => value.Dispose());
    }
}
