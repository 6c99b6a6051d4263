using System.Globalization;
using FcnService.Inference.Geometry;
using FcnService.Inference.Masks;
using FcnService.Inference.Models;

namespace FcnService.Inference.Answers;

/// <summary>What is made of the segmentations of one model: a file in the form that was asked for.</summary>
public sealed class Answer
{
    private readonly AnswerOptions options;
    private readonly string model;
    private readonly ModelContract contract;
    private readonly ClassSelection selection;

    /// <summary>Settles options for a model.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="segmenter">The model.</param>
    /// <exception cref="InvalidParameterException">The model has no class of a name that is asked for, or no confidence.</exception>
    public Answer(AnswerOptions options, Segmenter segmenter)
        : this(options, (segmenter ?? throw new ArgumentNullException(nameof(segmenter))).Name, segmenter.Contract)
    {
    }

    /// <summary>Settles options for a model.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="contract">What it takes and gives.</param>
    /// <exception cref="InvalidParameterException">The model has no class of a name that is asked for, or no confidence.</exception>
    internal Answer(AnswerOptions options, string model, ModelContract contract)
    {
        ArgumentNullException.ThrowIfNull(options);
        (this.options, this.model, this.contract) = (options, model, contract);
        selection = new ClassSelection(options.Classes, model, contract);
        if (!contract.Output.HasScores && (Kind == AnswerKind.Confidence || HasProbabilities))
        {
            var parameter = HasProbabilities ? AnswerParameters.Npy : AnswerParameters.Output;
            throw new InvalidParameterException(
                parameter.Name, $"asks for probabilities, which the model '{model}' does not give: its output is labels alone.");
        }
    }

    /// <summary>The kind of file.</summary>
    public AnswerKind Kind => options.Kind;

    /// <summary>The file's media type.</summary>
    public string MediaType => Kind switch
    {
        AnswerKind.Overlay when options.OverlayFormat == OverlayFormat.Jpeg => "image/jpeg",
        AnswerKind.Json => "application/json",
        AnswerKind.Npy => "application/x-npy",
        _ => "image/png",
    };

    /// <summary>The file's extension, with its dot.</summary>
    public string FileExtension => MediaType switch
    {
        "image/jpeg" => ".jpg",
        "application/json" => ".json",
        "application/x-npy" => ".npy",
        _ => ".png",
    };

    /// <summary>What a segmentation must hold for it.</summary>
    public SegmentationDetail Detail => Kind switch
    {
        AnswerKind.Confidence or AnswerKind.Json when contract.Output.HasScores => SegmentationDetail.Confidence,
        AnswerKind.Npy when HasProbabilities => SegmentationDetail.Probabilities,
        _ => SegmentationDetail.Labels,
    };

    /// <summary>Whether the photo is decoded once more, in full, to make it.</summary>
    public bool DecodesPhoto => Kind == AnswerKind.Overlay;

    /// <summary>What tells it from other answers of the same model to the same photo: the options that make a difference.</summary>
    public string Key
    {
        get
        {
            var classes = selection.IsAll ? "all" : string.Join(',', selection.Labels);
            var rest = Kind switch
            {
                AnswerKind.Overlay => string.Create(CultureInfo.InvariantCulture, $"{options.OverlayFormat} {options.Alpha:R} {options.Outlines}"),
                AnswerKind.Json => $"{options.Regions}",
                AnswerKind.Npy => $"{options.Array}",
                _ => string.Empty,
            };
            return $"{Kind} {classes} {rest}";
        }
    }

    private bool HasProbabilities => Kind == AnswerKind.Npy && options.Array == ArrayContent.Probabilities;

    /// <summary>How many probabilities it holds, four bytes each; 0 where it holds none.</summary>
    /// <param name="photo">The photo's size.</param>
    public long CountProbabilities(ImageSize photo) => HasProbabilities ? photo.Pixels * selection.Labels.Count : 0;

    /// <summary>
    /// Begins what it needs of the photo besides its segmentation, on another thread: an overlay's photo in full. Takes up to 48 MB of
    /// <see cref="ImageBuffers"/> until it is encoded, twice that while it is turned; for when nothing else is to be done.
    /// </summary>
    /// <param name="photo">The photo.</param>
    public void Anticipate(OpenedPhoto photo)
    {
        ArgumentNullException.ThrowIfNull(photo);
        if (DecodesPhoto)
        {
            photo.Image.BeginReadInFull();
        }
    }

    /// <summary>Makes the file.</summary>
    /// <param name="segmentation">What the model said of the photo, in the <see cref="Detail"/> asked for; its probabilities are taken.</param>
    /// <param name="photo">The photo.</param>
    /// <returns>The file, which needs neither of them any more.</returns>
    /// <exception cref="Imaging.ImageRejectedException">The photo is broken where it had not been looked at yet.</exception>
    public EncodedAnswer Encode(Segmentation segmentation, OpenedPhoto photo)
    {
        ArgumentNullException.ThrowIfNull(segmentation);
        ArgumentNullException.ThrowIfNull(photo);
        if (HasProbabilities)
        {
            return new ProbabilityArray(segmentation.TakeProbabilities(), selection.Labels);
        }

        var file = new MemoryStream();
        using var selected = selection.Apply(segmentation.Labels);
        var labels = selected ?? segmentation.Labels;
        switch (Kind)
        {
            case AnswerKind.Color:
                ColourPng.Write(labels, contract.Palette, file);
                break;
            case AnswerKind.Overlay:
                new PhotoOverlay(options, contract).Write(photo.Image, labels, file);
                break;
            case AnswerKind.Confidence:
                ConfidencePng.Write(segmentation.Confidence!, segmentation.Labels, selection, file);
                break;
            case AnswerKind.Json:
                new ClassReport(model, contract, selection, options.Regions).Write(segmentation, labels, file);
                break;
            case AnswerKind.Npy:
                NumpyFormat.Write(labels, file);
                break;
            default:
                IndexedPng.Write(labels, contract.Palette, file);
                break;
        }

        return new EncodedFile(file);
    }
}
