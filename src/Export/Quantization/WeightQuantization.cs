using FcnService.Export.Weights;

namespace FcnService.Export.Quantization;

/// <summary>
/// A convolution's weights as signed bytes with a scale for each output channel and 0 for 0, and its biases as 32-bit integers.
/// </summary>
/// <param name="Values">The weights, in the order of the floats: output channel by output channel.</param>
/// <param name="Scales">The step of each output channel, above 0.</param>
/// <param name="Biases">A bias for each output channel, in steps of the channel's scale times the input's.</param>
internal sealed record WeightQuantization(sbyte[] Values, float[] Scales, int[] Biases)
{
    /// <summary>The largest weight when all eight bits are used; −128 is left out, so that the range is symmetric.</summary>
    public const int EightBits = 127;

    /// <summary>The largest weight of seven bits, for which products of unsigned and signed bytes can be summed in pairs within 16 bits.</summary>
    public const int SevenBits = 63;

    // Biases keep this far from the ends of 32 bits, so that the sum over a kernel has room beside them.
    private const double LargestBias = 1 << 30;

    /// <summary>Quantizes weights to the nearest step.</summary>
    /// <param name="weight">[output channels, …].</param>
    /// <param name="bias">[output channels]; none for zeros.</param>
    /// <param name="inputScale">The step of the convolution's input.</param>
    /// <param name="largest">The integer that a channel's largest weight becomes: <see cref="EightBits"/> or <see cref="SevenBits"/>.</param>
    public static WeightQuantization Of(Tensor weight, Tensor? bias, float inputScale, int largest)
    {
        var channels = weight.Shape.Dimensions[0];
        var perChannel = weight.Values.Length / channels;
        var result = new WeightQuantization(new sbyte[weight.Values.Length], new float[channels], new int[channels]);
        for (var channel = 0; channel < channels; channel++)
        {
            var values = weight.Values.Slice(channel * perChannel, perChannel);
            var offset = bias?.Values[channel] ?? 0;
            var scale = ScaleOf(values, offset, inputScale, largest);
            result.Scales[channel] = scale;
            result.Biases[channel] = (int)Math.Round(offset / ((double)scale * inputScale));
            Round(values, scale, largest, result.Values.AsSpan(channel * perChannel, perChannel));
        }

        return result;
    }

    /// <summary>The size of the error, relative to that of the weights: the ratio of the roots of their sums of squares.</summary>
    /// <param name="weight">The weights that were quantized.</param>
    public double RelativeError(Tensor weight)
    {
        var perChannel = Values.Length / Scales.Length;
        var (error, signal) = (0.0, 0.0);
        for (var i = 0; i < Values.Length; i++)
        {
            double value = weight.Values[i];
            var difference = (Values[i] * (double)Scales[i / perChannel]) - value;
            error += difference * difference;
            signal += value * value;
        }

        return signal > 0 ? Math.Sqrt(error / signal) : 0;
    }

    // A channel of small weights and a large bias (one that training has switched off) gets the scale that its bias needs.
    private static float ScaleOf(ReadOnlySpan<float> values, float bias, float inputScale, int largest)
    {
        var magnitude = 0.0;
        foreach (var value in values)
        {
            magnitude = Math.Max(magnitude, Math.Abs(value));
        }

        var scale = (float)Math.Max(magnitude / largest, Math.Abs(bias) / (inputScale * LargestBias));
        return float.IsNormal(scale) ? scale : 1;
    }

    private static void Round(ReadOnlySpan<float> values, float scale, int largest, Span<sbyte> rounded)
    {
        for (var i = 0; i < values.Length; i++)
        {
            rounded[i] = (sbyte)Math.Clamp(Math.Round((double)values[i] / scale), -largest, largest);
        }
    }
}
