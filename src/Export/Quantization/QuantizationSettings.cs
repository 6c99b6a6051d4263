namespace FcnService.Export.Quantization;

/// <summary>How a model is quantized.</summary>
/// <param name="Method">How the ranges of feature maps are chosen.</param>
/// <param name="LargestWeight"><see cref="WeightQuantization.EightBits"/> or <see cref="WeightQuantization.SevenBits"/>.</param>
/// <param name="MaxError">A layer that by itself brings more relative error to the output than this stays fp32.</param>
/// <param name="Kept">The names of layers that stay fp32 whatever their error.</param>
internal sealed record QuantizationSettings(CalibrationMethod Method, int LargestWeight, double MaxError, IReadOnlyCollection<string> Kept);
