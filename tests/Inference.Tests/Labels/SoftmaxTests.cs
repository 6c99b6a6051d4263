using FcnService.Inference.Geometry;
using FcnService.Inference.Labels;
using FcnService.Inference.Models;
using FcnService.Inference.Tests.Reference;

namespace FcnService.Inference.Tests.Labels;

public sealed class SoftmaxTests
{
    [Fact]
    public void MeasureConfidence_AnyPhotoAndGrid_IsThePlainSoftmaxOfTheBest() =>
        Property.Holds(DrawnScores.Any, given =>
        {
            using var map = new ConfidenceMap(given.Frame.Photo);
            Softmax.MeasureConfidence(given.Planes, given.Sampling, OutputKind.Logits, map);
            given.ForEachPixel((x, y, scores) => AssertNearly(PlainScores.Softmax(scores).Max(), map.Row(y)[x]));
        });

    [Fact]
    public void MeasureConfidence_ClassesLast_IsTheSameAsPlanes() =>
        Property.Holds(DrawnScores.Any, given =>
        {
            using var expected = new ConfidenceMap(given.Frame.Photo);
            using var actual = new ConfidenceMap(given.Frame.Photo);
            Softmax.MeasureConfidence(given.Planes, given.Sampling, OutputKind.Logits, expected);
            Softmax.MeasureConfidence(given.Points, given.Sampling, OutputKind.Logits, actual);
            for (var y = 0; y < given.Frame.Photo.Height; y++)
            {
                for (var x = 0; x < given.Frame.Photo.Width; x++)
                {
                    Assert.InRange(actual.Row(y)[x] - expected.Row(y)[x], -1, 1);
                }
            }
        });

    [Fact]
    public void MeasureConfidence_Probabilities_AreTakenAsTheyAre() =>
        Property.Holds(DrawnScores.Any, given =>
        {
            using var map = new ConfidenceMap(given.Frame.Photo);
            Softmax.MeasureConfidence(given.Planes, given.Sampling, OutputKind.Probabilities, map);
            given.ForEachPixel((x, y, scores) => AssertNearly(Math.Clamp(scores.Max(), 0, 1), map.Row(y)[x]));
        });

    [Fact]
    public void MeasureConfidence_LargeScores_DoNotOverflow()
    {
        var size = new ImageSize(3, 1);
        using var map = new ConfidenceMap(size);
        float[] scores = [1000, -1000, 0, 1000, 1000, 0];

        var sampling = GridSampling.Of(new NetworkFrame(size, size, default), size, upsample: null);
        Softmax.MeasureConfidence(new ScoreGrid(scores, 2, size, TensorLayout.Nchw), sampling, OutputKind.Logits, map);

        Assert.Equal(255, map.Row(0)[1]);
        AssertNearly(0.5, map.Row(0)[0]);
        AssertNearly(0.5, map.Row(0)[2]);
    }

    // Rounding turns where a probability is half way between two values.
    private static void AssertNearly(double expected, byte actual) => Assert.InRange(actual - (expected * 255), -0.51, 0.51);
}
