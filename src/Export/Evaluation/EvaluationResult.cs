using FcnService.Inference;

namespace FcnService.Export.Evaluation;

/// <summary>What a model scores on a data set; scores are 0 to 1.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Dataset">The data set's name.</param>
/// <param name="Photos">How many photos were scored.</param>
/// <param name="PhotosInSplit">How many the split has.</param>
/// <param name="PixelAccuracy">See <see cref="ConfusionMatrix.PixelAccuracy"/>.</param>
/// <param name="MeanAccuracy">See <see cref="ConfusionMatrix.MeanAccuracy"/>.</param>
/// <param name="MeanIU">See <see cref="ConfusionMatrix.MeanIU"/>.</param>
/// <param name="FrequencyWeightedIU">See <see cref="ConfusionMatrix.FrequencyWeightedIU"/>.</param>
/// <param name="ClassIU">The IU of each class, by label.</param>
/// <param name="PhotosPerSecond">From reading a photo to counting its mask.</param>
public sealed record EvaluationResult(
    string Model,
    string Dataset,
    int Photos,
    int PhotosInSplit,
    double PixelAccuracy,
    double MeanAccuracy,
    double MeanIU,
    double FrequencyWeightedIU,
    IReadOnlyList<ClassScore> ClassIU,
    double PhotosPerSecond)
{
    internal static EvaluationResult Of(Segmenter segmenter, Dataset dataset, ConfusionMatrix matrix, int photos, double photosPerSecond)
    {
        if (matrix.Pixels == 0)
        {
            throw new ExportException($"No pixel of {photos} photos of {dataset.Name} has a class; there is nothing to score.");
        }

        return new EvaluationResult(
            segmenter.Name,
            dataset.Name,
            photos,
            dataset.Samples.Count,
            matrix.PixelAccuracy,
            matrix.MeanAccuracy,
            matrix.MeanIU,
            matrix.FrequencyWeightedIU,
            [.. segmenter.Contract.Classes.Select((name, label) => new ClassScore(name, Finite(matrix.IntersectionOverUnion(label))))],
            photosPerSecond);
    }

    private static double? Finite(double score) => double.IsFinite(score) ? score : null;
}

/// <summary>The score of one class.</summary>
/// <param name="Class">Its name.</param>
/// <param name="IU">Its intersection over union, 0 to 1; null if it occurs neither in the ground truth nor in the predictions.</param>
public sealed record ClassScore(string Class, double? IU);
