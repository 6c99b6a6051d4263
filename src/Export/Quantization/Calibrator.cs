using FcnService.Export.Onnx;
using FcnService.Inference.Models;
using FcnService.Inference.Scheduling;

namespace FcnService.Export.Quantization;

/// <summary>Collects the values of the feature maps that quantized layers read and give.</summary>
internal sealed class Calibrator : IDisposable
{
    private readonly InputContract input;
    private readonly string[] observed;
    private readonly Dictionary<string, ActivationHistogram> histograms;
    private readonly GraphRunner runner;

    /// <summary>Loads a model whose feature maps can be watched.</summary>
    /// <param name="model">The model of floats.</param>
    /// <param name="input">Its input.</param>
    public Calibrator(FloatModel model, InputContract input)
    {
        this.input = input;
        histograms = model.Layers
            .SelectMany(layer => new[] { model.SourceOf(layer.Input), model.SourceOf(layer.Output) })
            .Distinct()
            .ToDictionary(tensor => tensor, _ => new ActivationHistogram());
        observed = [.. histograms.Keys.Where(tensor => tensor != input.Tensor)];
        runner = new GraphRunner(WithOutputs(model.Proto, observed), input);
    }

    /// <summary>Runs the network on a photo and counts the values.</summary>
    /// <param name="photo">The network's input.</param>
    /// <exception cref="ExportException">The network failed, or gave a value that is no finite number.</exception>
    public void Add(InputTensor photo)
    {
        using var values = runner.Run(photo, observed);
        for (var i = 0; i < observed.Length; i++)
        {
            Add(observed[i], values[i].GetTensorDataAsSpan<float>());
        }

        if (histograms.ContainsKey(input.Tensor))
        {
            Add(input.Tensor, photo.Values.Span);
        }
    }

    /// <summary>Chooses the bytes of each feature map from the values so far, of one photo at least.</summary>
    /// <param name="method">How.</param>
    public IReadOnlyDictionary<string, ActivationQuantization> Calibrate(CalibrationMethod method) =>
        histograms.ToDictionary(histogram => histogram.Key, histogram => method.Calibrate(histogram.Value));

    /// <summary>Unloads the model.</summary>
    public void Dispose() => runner.Dispose();

    private void Add(string tensor, ReadOnlySpan<float> values)
    {
        try
        {
            histograms[tensor].Add(values);
        }
        catch (NotFiniteNumberException error)
        {
            throw new ExportException($"The feature map \"{tensor}\" holds a value that is infinite or not a number; expected finite ones.", error);
        }
    }

    private static ModelProto WithOutputs(ModelProto model, IEnumerable<string> tensors)
    {
        var result = model.Clone();
        var type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float } };
        var given = result.Graph.Output.Select(output => output.Name).ToHashSet();
        result.Graph.Output.AddRange(tensors.Where(tensor => !given.Contains(tensor)).Select(tensor => new ValueInfoProto { Name = tensor, Type = type }));
        return result;
    }
}
