using FcnService.Inference.Models;
using FcnService.Inference.Scheduling;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Export.Quantization;

/// <summary>Measures what quantizing layers does to a model's output, with ONNX Runtime's own integer kernels.</summary>
internal sealed class SensitivityAnalysis : IDisposable
{
    private readonly FloatModel model;
    private readonly ModelContract contract;
    private readonly IReadOnlyDictionary<string, ActivationQuantization> activations;
    private readonly int largestWeight;
    private readonly IReadOnlyList<InputTensor> photos;
    private readonly List<IDisposableReadOnlyCollection<OrtValue>> expected = [];

    /// <summary>Runs the model of floats, whose outputs are what others are compared with.</summary>
    /// <param name="model">The model of floats.</param>
    /// <param name="contract">What it takes and gives.</param>
    /// <param name="activations">The bytes of each feature map.</param>
    /// <param name="largestWeight">The integer that the largest weight of a channel becomes.</param>
    /// <param name="photos">The network's inputs; they must live as long as the analysis.</param>
    /// <exception cref="ExportException">The network failed.</exception>
    public SensitivityAnalysis(
        FloatModel model,
        ModelContract contract,
        IReadOnlyDictionary<string, ActivationQuantization> activations,
        int largestWeight,
        IReadOnlyList<InputTensor> photos)
    {
        (this.model, this.contract, this.activations) = (model, contract, activations);
        (this.largestWeight, this.photos) = (largestWeight, photos);
        using var runner = new GraphRunner(model.Proto, contract.Input);
        expected.AddRange(photos.Select(photo => runner.Run(photo, [contract.Output.Tensor])));
    }

    /// <summary>Compares the outputs with those of a model in which some layers are integer.</summary>
    /// <param name="layers">The layers.</param>
    /// <exception cref="ExportException">The network failed.</exception>
    public OutputComparison Measure(IEnumerable<ConvolutionLayer> layers)
    {
        using var runner = new GraphRunner(QuantizedModel.Build(model, layers, activations, largestWeight), contract.Input);
        var comparison = new OutputComparison(contract.Output);
        foreach (var (photo, before) in photos.Zip(expected))
        {
            using var after = runner.Run(photo, [contract.Output.Tensor]);
            comparison.Add(before[0], after[0]);
        }

        return comparison;
    }

    /// <summary>Lets go of the outputs.</summary>
    public void Dispose() => expected.ForEach(outputs => outputs.Dispose());
}
