using FcnService.Inference.Labels;
using FcnService.Inference.Models;
using FcnService.Inference.Tests.Reference;

namespace FcnService.Inference.Tests.Labels;

public sealed class ProbabilityMapTests
{
    [Fact]
    public void Read_AnyPhotoAndGrid_IsThePlainSoftmax() =>
        Property.Holds(DrawnScores.Any, given =>
        {
            using var map = new ProbabilityMap(given.Planes, given.Sampling, Output(OutputKind.Logits), given.Frame.Photo);
            var probabilities = ReadAll(map);
            given.ForEachPixel((x, y, scores) =>
            {
                var expected = PlainScores.Softmax(scores);
                for (var label = 0; label < scores.Length; label++)
                {
                    Assert.Equal(expected[label], probabilities[label][(y * map.Size.Width) + x], 1e-5);
                }
            });
        });

    [Fact]
    public void Read_Probabilities_AreTheInterpolatedOnes() =>
        Property.Holds(DrawnScores.Any, given =>
        {
            using var map = new ProbabilityMap(given.Points, given.Sampling, Output(OutputKind.Probabilities, TensorLayout.Nhwc), given.Frame.Photo);
            var probabilities = ReadAll(map);
            given.ForEachPixel((x, y, scores) =>
            {
                for (var label = 0; label < scores.Length; label++)
                {
                    Assert.Equal(scores[label], probabilities[label][(y * map.Size.Width) + x], 1e-4);
                }
            });
        });

    [Fact]
    public void Read_Disposed_IsRefused()
    {
        var given = DrawnScores.Draw(seed: 1);
        var map = new ProbabilityMap(given.Planes, given.Sampling, Output(OutputKind.Logits), given.Frame.Photo);
        map.Dispose();
        map.Dispose();

        Assert.Throws<ObjectDisposedException>(() => map.Read(0, 0, new float[map.Size.Width]));
    }

    // Two rows at a time, and one where one is left.
    private static float[][] ReadAll(ProbabilityMap map) => [.. Enumerable.Range(0, map.Classes).Select(label =>
    {
        var plane = new float[map.Size.Pixels];
        for (var y = 0; y < map.Size.Height; y += 2)
        {
            map.Read(label, y, plane.AsSpan(y * map.Size.Width, Math.Min(2, map.Size.Height - y) * map.Size.Width));
        }

        return plane;
    })];

    private static OutputContract Output(OutputKind kind, TensorLayout layout = TensorLayout.Nchw) => new("scores", layout, kind, null);
}
