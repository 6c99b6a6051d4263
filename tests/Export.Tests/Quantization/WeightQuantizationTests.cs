using FcnService.Export.Networks;
using FcnService.Export.Quantization;
using FcnService.Export.Weights;
using FsCheck;
using FsCheck.Fluent;

namespace FcnService.Export.Tests.Quantization;

public sealed class WeightQuantizationTests
{
    // Channels of very different sizes, some of them all zeros.
    private static readonly Gen<(Tensor Weight, Tensor Bias, float InputScale)> Layers =
        from channels in Gen.Choose(1, 6)
        from perChannel in Gen.Choose(1, 30)
        from seed in Gen.Choose(0, int.MaxValue)
        from exponent in Gen.Choose(-6, 2)
        select (RandomWeight(channels, perChannel, seed), RandomBias(channels, seed), MathF.Pow(10, exponent));

    [Theory]
    [InlineData(WeightQuantization.EightBits)]
    [InlineData(WeightQuantization.SevenBits)]
    public void Of_AnyWeights_AreWithinHalfAStepOfEachChannel(int largest) =>
        Property.Holds(Layers, layer =>
        {
            var (weight, bias, inputScale) = layer;

            var quantized = WeightQuantization.Of(weight, bias, inputScale, largest);

            var perChannel = weight.Values.Length / quantized.Scales.Length;
            for (var i = 0; i < weight.Values.Length; i++)
            {
                double scale = quantized.Scales[i / perChannel];
                Assert.InRange(quantized.Values[i], -largest, largest);
                Assert.InRange(quantized.Values[i] * scale, weight.Values[i] - (0.5001 * scale), weight.Values[i] + (0.5001 * scale));
            }
        });

    [Fact]
    public void Of_AnyBiases_AreWithinHalfAStepAndFarFromOverflow() =>
        Property.Holds(Layers, layer =>
        {
            var (weight, bias, inputScale) = layer;

            var quantized = WeightQuantization.Of(weight, bias, inputScale, WeightQuantization.EightBits);

            for (var channel = 0; channel < quantized.Scales.Length; channel++)
            {
                var step = (double)quantized.Scales[channel] * inputScale;
                Assert.InRange(quantized.Biases[channel], -(1 << 30) - 100, (1 << 30) + 100);
                Assert.InRange(quantized.Biases[channel] * step, bias.Values[channel] - (0.5001 * step), bias.Values[channel] + (0.5001 * step));
            }
        });

    [Fact]
    public void Of_Channels_UseTheWholeRangeEach()
    {
        var weight = Tensor("weight", [0.5f, -0.25f, 100, -200], 2, 2, 1, 1);

        var quantized = WeightQuantization.Of(weight, bias: null, inputScale: 1, WeightQuantization.EightBits);

        Assert.Equal<sbyte>([127, -64, 64, -127], quantized.Values);
        Assert.Equal([0.5f / 127, 200f / 127], quantized.Scales);
        Assert.Equal([0, 0], quantized.Biases);
    }

    [Fact]
    public void RelativeError_Weights_IsThatOfTheirDifference()
    {
        // Steps of 1: 127 is exact, 3.5 becomes 4.
        var weight = Tensor("weight", [127, 3.5f], 1, 2, 1, 1);

        var quantized = WeightQuantization.Of(weight, bias: null, inputScale: 1, WeightQuantization.EightBits);

        Assert.Equal(0.5 / Math.Sqrt((127 * 127) + (3.5 * 3.5)), quantized.RelativeError(weight), 1e-9);
    }

    private static Tensor RandomWeight(int channels, int perChannel, int seed)
    {
        var random = new Random(seed);
        var sizes = Enumerable.Range(0, channels).Select(_ => random.Next(4) == 0 ? 0 : Math.Pow(10, random.Next(-6, 4))).ToArray();
        return Tensor("weight", [.. Enumerable.Range(0, channels * perChannel).Select(i => (float)(sizes[i / perChannel] * (random.NextDouble() - 0.5)))], channels, perChannel, 1, 1);
    }

    private static Tensor RandomBias(int channels, int seed)
    {
        var random = new Random(seed + 1);
        return Tensor("bias", [.. Enumerable.Range(0, channels).Select(_ => (float)(100 * (random.NextDouble() - 0.5)))], channels);
    }

    private static Tensor Tensor(string name, float[] values, params int[] shape) =>
        Export.Weights.Tensor.Create(name, new Shape(shape), span => values.CopyTo(span));
}
