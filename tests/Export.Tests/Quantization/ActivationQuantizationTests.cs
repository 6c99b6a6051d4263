using FcnService.Export.Quantization;
using FsCheck.Fluent;

namespace FcnService.Export.Tests.Quantization;

public sealed class ActivationQuantizationTests
{
    [Fact]
    public void Over_AnyRange_CoversItToHalfAStepAndHoldsZero() =>
        Property.Holds(
            from low in Gen.Choose(-100_000, 100_000)
            from high in Gen.Choose(-100_000, 100_000)
            select (Math.Min(low, high) / 1000.0, Math.Max(low, high) / 1000.0),
            range =>
            {
                var (low, high) = range;

                var bytes = ActivationQuantization.Over(low, high);

                Assert.InRange(bytes.Low, Math.Min(low, 0) - (0.501 * bytes.Scale), Math.Min(low, 0) + (0.501 * bytes.Scale));
                Assert.True(low >= high || bytes.High >= Math.Max(high, 0) - (0.501 * bytes.Scale));
                Assert.InRange(bytes.ZeroPoint, byte.MinValue, byte.MaxValue);
            });

    [Theory]
    [InlineData(0, 5.1, 0.02, 0)]
    [InlineData(2, 5.1, 0.02, 0)]
    [InlineData(-5.1, 0, 0.02, 255)]
    [InlineData(-2.55, 2.55, 0.02, 128)]
    [InlineData(0, 0, 1, 0)]
    public void Over_Range_HasTheStepAndTheZeroPoint(double low, double high, double scale, byte zeroPoint)
    {
        var bytes = ActivationQuantization.Over(low, high);

        Assert.Equal(scale, bytes.Scale, 1e-6);
        Assert.Equal(zeroPoint, bytes.ZeroPoint);
    }
}
