using FcnService.Inference;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;

namespace FcnService.Export.Evaluation;

/// <summary>Scores a model on a data set, through the pipeline that serves it.</summary>
internal sealed class Evaluator
{
    private readonly Segmenter segmenter;
    private readonly Dataset dataset;
    private readonly ConfusionMatrix matrix;

    /// <summary>Begins with no photo.</summary>
    /// <param name="segmenter">The model.</param>
    /// <param name="dataset">The photos and their ground truth.</param>
    /// <exception cref="ExportException">The model has more or fewer classes than the data set.</exception>
    public Evaluator(Segmenter segmenter, Dataset dataset)
    {
        var classes = segmenter.Contract.Classes.Count;
        if (classes != dataset.Classes)
        {
            throw new ExportException($"Model '{segmenter.Name}' has {classes} classes; {dataset.Name} has {dataset.Classes}.");
        }

        (this.segmenter, this.dataset, matrix) = (segmenter, dataset, new ConfusionMatrix(classes));
    }

    /// <summary>The photos scored so far.</summary>
    public int Photos { get; private set; }

    /// <summary>Segments a photo and counts its pixels.</summary>
    /// <param name="sample">The photo.</param>
    /// <param name="use">What else is done with the segmentation, which is disposed afterwards.</param>
    /// <exception cref="ExportException">The photo or its ground truth cannot be used.</exception>
    public void Add(Sample sample, Action<Segmentation>? use = null)
    {
        try
        {
            using var segmentation = segmenter.Segment(InputFile.ReadAllBytes(sample.Photo));
            matrix.Add(dataset.ReadTruth(sample, segmentation.Labels.Size), segmentation.Labels.Labels);
            use?.Invoke(segmentation);
            Photos++;
        }
        catch (Exception rejected) when (rejected is ImageRejectedException or InvalidModelException)
        {
            throw new ExportException($"The photo {sample.Photo} cannot be segmented: {rejected.Message}", rejected);
        }
    }

    /// <summary>The scores of the photos so far.</summary>
    /// <param name="photosPerSecond">Their rate.</param>
    /// <exception cref="ExportException">None of their pixels has a class.</exception>
    public EvaluationResult Result(double photosPerSecond) => EvaluationResult.Of(segmenter, dataset, matrix, Photos, photosPerSecond);
}
