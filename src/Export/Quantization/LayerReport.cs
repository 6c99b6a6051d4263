namespace FcnService.Export.Quantization;

/// <summary>What quantizing a layer does.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="WeightError">The error of the weights, relative to them.</param>
/// <param name="Range">The bytes of the feature map that the layer gives.</param>
/// <param name="OutputError">The error that the layer by itself brings to the output, relative to it.</param>
/// <param name="ChangedLabels">The share of the output's pixels whose label changes by it.</param>
/// <param name="Together">
/// The error of the output when the layer and all integer ones before it are quantized together; null if the layer stays fp32.
/// </param>
internal sealed record LayerReport(
    string Layer, double WeightError, ActivationQuantization Range, double OutputError, double ChangedLabels, OutputComparison? Together)
{
    /// <summary>Whether the layer becomes integer.</summary>
    public bool IsInteger => Together is not null;
}
