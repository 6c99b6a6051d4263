using System.Numerics.Tensors;

namespace FcnService.Export.Evaluation;

/// <summary>
/// Counts pixels by ground truth and prediction over a whole data set, and the FCN authors' four scores of them
/// (shelhamer/fcn.berkeleyvision.org, score.py).
/// </summary>
/// <param name="classes">The number of classes; ground truth outside 0 to classes − 1 (void) does not count.</param>
public sealed class ConfusionMatrix(int classes)
{
    // [truth · columns + prediction]; the last column counts predictions of no class (void), which are wrong wherever they stand.
    private readonly int columns = classes + 1;
    private readonly long[] counts = new long[classes * (classes + 1)];

    /// <summary>The pixels counted so far.</summary>
    public long Pixels => TensorPrimitives.Sum<long>(counts);

    /// <summary>The share of all pixels that are right.</summary>
    public double PixelAccuracy => (double)Labels.Sum(Right) / Pixels;

    /// <summary>The mean over classes of the share of a class's pixels that are right; classes without pixels do not count.</summary>
    public double MeanAccuracy => Labels.Where(label => InTruth(label) > 0).Average(label => (double)Right(label) / InTruth(label));

    /// <summary>The mean of <see cref="IntersectionOverUnion"/> over classes; those that occur nowhere do not count.</summary>
    public double MeanIU => Labels.Select(IntersectionOverUnion).Where(double.IsFinite).Average();

    /// <summary>The mean of <see cref="IntersectionOverUnion"/> weighted by the classes' share of the ground truth.</summary>
    public double FrequencyWeightedIU =>
        Labels.Where(label => InTruth(label) > 0).Sum(label => InTruth(label) * IntersectionOverUnion(label)) / Pixels;

    private IEnumerable<int> Labels => Enumerable.Range(0, classes);

    /// <summary>Counts one mask.</summary>
    /// <param name="truth">A label for each pixel.</param>
    /// <param name="prediction">As many; what is no class counts as wrong.</param>
    public void Add(ReadOnlySpan<byte> truth, ReadOnlySpan<byte> prediction)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(prediction.Length, truth.Length, nameof(prediction));
        for (var i = 0; i < truth.Length; i++)
        {
            if (truth[i] < classes)
            {
                counts[(truth[i] * columns) + Math.Min((int)prediction[i], classes)]++;
            }
        }
    }

    /// <summary>
    /// Of the pixels that are of a class in the ground truth or the prediction, the share that are so in both; NaN if there are none.
    /// </summary>
    /// <param name="label">The class.</param>
    public double IntersectionOverUnion(int label) => (double)Right(label) / (InTruth(label) + Predicted(label) - Right(label));

    private long Right(int label) => counts[(label * columns) + label];

    private long InTruth(int label) => TensorPrimitives.Sum<long>(counts.AsSpan(label * columns, columns));

    private long Predicted(int label) => Labels.Sum(truth => counts[(truth * columns) + label]);
}
