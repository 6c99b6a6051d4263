namespace FcnService.Export.Quantization;

/// <summary>
/// How the values of one feature map become bytes: v becomes round(v / <paramref name="Scale"/>) + <paramref name="ZeroPoint"/>, held
/// within 0 to 255. Source: onnx/onnx, QuantizeLinear.
/// </summary>
/// <param name="Scale">The step between neighbouring bytes, above 0.</param>
/// <param name="ZeroPoint">The byte that stands for 0, which is exact: zeros of padding stay zeros.</param>
internal readonly record struct ActivationQuantization(float Scale, byte ZeroPoint)
{
    private const int Levels = byte.MaxValue;

    /// <summary>Spreads the bytes over a range of values.</summary>
    /// <param name="low">The value that byte 0 should stand for; one above 0 counts as 0.</param>
    /// <param name="high">The value that byte 255 should stand for; one below 0 counts as 0.</param>
    public static ActivationQuantization Over(double low, double high)
    {
        (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        var scale = (float)((high - low) / Levels);
        return scale > 0 && float.IsNormal(scale)
            ? new ActivationQuantization(scale, (byte)Math.Clamp(Math.Round(-low / scale), 0, Levels))
            : new ActivationQuantization(1, 0);
    }

    /// <summary>The smallest value that a byte stands for.</summary>
    public float Low => -ZeroPoint * Scale;

    /// <summary>The largest value that a byte stands for.</summary>
    public float High => (Levels - ZeroPoint) * Scale;
}
