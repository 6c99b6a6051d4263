using FcnService.Export.Networks;
using FcnService.Export.Weights;

namespace FcnService.Export.Tests.Weights;

public sealed class InitializationTests
{
    private static readonly Network Small = Fcn.Fcn8s(classes: 4, width: 0.25, fcChannels: 64);

    [Fact]
    public void Create_Convolution_HasHeNormalWeights()
    {
        var values = Initialization.Create(Small, seed: 1)["conv5_1.weight"].Values.ToArray();

        // 128 input channels, 3×3. The tolerances are five standard errors of 147,456 samples.
        var deviation = Math.Sqrt(2.0 / (128 * 9));
        var standardised = values.Select(value => value / deviation).ToList();
        Assert.Equal(0, standardised.Average(), tolerance: 5 / Math.Sqrt(values.Length));
        Assert.Equal(1, standardised.Average(value => value * value), tolerance: 5 * Math.Sqrt(2.0 / values.Length));

        // A normal distribution, not just any of that variance: the fourth moment is 3.
        Assert.Equal(3, standardised.Average(value => Math.Pow(value, 4)), tolerance: 5 * Math.Sqrt(96.0 / values.Length));
    }

    [Fact]
    public void Create_BiasesAndScoreLayers_AreZero()
    {
        var weights = Initialization.Create(Small, seed: 1);

        foreach (var parameter in Small.Parameters)
        {
            var name = parameter.Name;
            var zero = name.EndsWith(".bias", StringComparison.Ordinal) || name.StartsWith("score_", StringComparison.Ordinal);
            Assert.Equal(zero, weights[parameter.Name].Values.IndexOfAnyExcept(0f) < 0);
        }
    }

    [Fact]
    public void Create_SameSeed_GivesTheSameValues()
    {
        var first = Initialization.Create(Small, seed: 7);
        var second = Initialization.Create(Small, seed: 7);

        Assert.All(Small.Parameters, parameter => Assert.Equal(first[parameter.Name].Data, second[parameter.Name].Data));
    }

    [Fact]
    public void Create_OtherSeed_GivesOtherValues()
    {
        var first = Initialization.Create(Small, seed: 7)["conv1_1.weight"];
        var second = Initialization.Create(Small, seed: 8)["conv1_1.weight"];

        Assert.False(first.Data.Span.SequenceEqual(second.Data.Span));
    }
}
