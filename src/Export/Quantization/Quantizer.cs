using FcnService.Export.Onnx;
using FcnService.Inference.Models;
using FcnService.Inference.Scheduling;

namespace FcnService.Export.Quantization;

/// <summary>
/// Quantizes a model after training: unsigned bytes for feature maps, whose ranges come from calibration photos, and signed bytes for
/// weights, channel by channel. Source: R. Krishnamoorthi, Quantizing deep convolutional networks for efficient inference,
/// arXiv:1806.08342.
/// </summary>
/// <param name="model">The model of floats.</param>
/// <param name="contract">What it takes and gives.</param>
/// <param name="settings">How.</param>
/// <param name="begin">Called when a piece of work begins, with its steps and what a step is, in the plural; the result is called after each step.</param>
/// <param name="cancellation">Ends the work between two steps.</param>
internal sealed class Quantizer(
    FloatModel model, ModelContract contract, QuantizationSettings settings, Func<int, string, Action> begin, CancellationToken cancellation)
{
    /// <summary>Chooses the bytes of each feature map that can be quantized.</summary>
    /// <param name="photos">The network's input for each calibration photo; disposed when it has been used.</param>
    /// <param name="count">The number of photos, at least 1.</param>
    /// <exception cref="ExportException">The network failed, or there is no layer of a name in <see cref="QuantizationSettings.Kept"/>.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public IReadOnlyDictionary<string, ActivationQuantization> Calibrate(IEnumerable<InputTensor> photos, int count)
    {
        RefuseUnknownNames();
        using var calibrator = new Calibrator(model, contract.Input);
        var advance = begin(count, "photos calibrated");
        foreach (var photo in photos)
        {
            using (photo)
            {
                cancellation.ThrowIfCancellationRequested();
                calibrator.Add(photo);
            }

            advance();
        }

        return calibrator.Calibrate(settings.Method);
    }

    /// <summary>Measures each layer by itself, chooses those that become integer, and measures those together.</summary>
    /// <param name="activations">The bytes of each feature map.</param>
    /// <param name="photos">The network's inputs to measure with, at least one.</param>
    /// <returns>A report for each layer, in the graph's order.</returns>
    /// <exception cref="ExportException">The network failed, or no layer is left to quantize.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public IReadOnlyList<LayerReport> Choose(IReadOnlyDictionary<string, ActivationQuantization> activations, IReadOnlyList<InputTensor> photos)
    {
        using var analysis = new SensitivityAnalysis(model, contract, activations, settings.LargestWeight, photos);
        var alone = MeasureAlone(analysis);
        var integer = model.Layers.Where(layer => alone[layer].RelativeError <= settings.MaxError && !settings.Kept.Contains(layer.Name)).ToList();
        if (integer.Count == 0)
        {
            throw new ExportException(FormattableString.Invariant(
                $"No layer would be quantized: each is kept, or brings an error of more than {settings.MaxError} to the output; expected one at least."));
        }

        var together = MeasureTogether(analysis, integer);
        return
        [
            .. model.Layers.Select(layer => new LayerReport(
                layer.Name,
                Weights(layer, activations).RelativeError(layer.Weight),
                activations[model.SourceOf(layer.Output)],
                alone[layer].RelativeError,
                alone[layer].ChangedLabels,
                together.GetValueOrDefault(layer))),
        ];
    }

    /// <summary>Writes the model down.</summary>
    /// <param name="activations">The bytes of each feature map.</param>
    /// <param name="reports">Which layers become integer.</param>
    public ModelProto Build(IReadOnlyDictionary<string, ActivationQuantization> activations, IReadOnlyList<LayerReport> reports) =>
        QuantizedModel.Build(
            model,
            model.Layers.Zip(reports).Where(pair => pair.Second.IsInteger).Select(pair => pair.First),
            activations,
            settings.LargestWeight);

    private void RefuseUnknownNames()
    {
        var names = model.Layers.Select(layer => layer.Name).ToList();
        if (settings.Kept.Except(names).ToList() is [var unknown, ..])
        {
            throw new ExportException($"There is no layer \"{unknown}\" to keep; expected one of: {string.Join(", ", names)}.");
        }
    }

    private Dictionary<ConvolutionLayer, OutputComparison> MeasureAlone(SensitivityAnalysis analysis) =>
        Measure(model.Layers, "layers measured alone", layer => analysis.Measure([layer]));

    private Dictionary<ConvolutionLayer, OutputComparison> MeasureTogether(SensitivityAnalysis analysis, List<ConvolutionLayer> integer) =>
        Measure(integer, "layers measured together", layer => analysis.Measure(integer.Take(integer.IndexOf(layer) + 1)));

    private Dictionary<ConvolutionLayer, OutputComparison> Measure(
        IReadOnlyList<ConvolutionLayer> layers, string unit, Func<ConvolutionLayer, OutputComparison> measure)
    {
        var advance = begin(layers.Count, unit);
        var results = new Dictionary<ConvolutionLayer, OutputComparison>();
        foreach (var layer in layers)
        {
            cancellation.ThrowIfCancellationRequested();
            results.Add(layer, measure(layer));
            advance();
        }

        return results;
    }

    private WeightQuantization Weights(ConvolutionLayer layer, IReadOnlyDictionary<string, ActivationQuantization> activations) =>
        WeightQuantization.Of(layer.Weight, layer.Bias, activations[model.SourceOf(layer.Input)].Scale, settings.LargestWeight);
}
