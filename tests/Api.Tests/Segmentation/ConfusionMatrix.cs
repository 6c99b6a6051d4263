namespace FcnService.Api.Tests.Segmentation;

/// <summary>Counts of ground truth against prediction, and the scores of shelhamer/fcn.berkeleyvision.org's score.py from them.</summary>
internal sealed class ConfusionMatrix(int classes)
{
    private readonly long[,] counts = new long[classes, classes];

    /// <summary>Adds a mask; ground truth outside the classes (void) does not count.</summary>
    public void Add(ReadOnlySpan<byte> truth, ReadOnlySpan<byte> prediction)
    {
        Assert.Equal(truth.Length, prediction.Length);
        for (var i = 0; i < truth.Length; i++)
        {
            if (truth[i] < classes)
            {
                counts[truth[i], prediction[i]]++;
            }
        }
    }

    public double PixelAccuracy => (double)Labels.Sum(label => counts[label, label]) / Labels.Sum(InTruth);

    public double MeanIU => Labels
        .Where(label => InTruth(label) + Predicted(label) > 0)
        .Average(label => (double)counts[label, label] / (InTruth(label) + Predicted(label) - counts[label, label]));

    private IEnumerable<int> Labels => Enumerable.Range(0, classes);

    private long InTruth(int label) => Labels.Sum(other => counts[label, other]);

    private long Predicted(int label) => Labels.Sum(other => counts[other, label]);
}
