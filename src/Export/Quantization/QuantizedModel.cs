using FcnService.Export.Networks;
using FcnService.Export.Onnx;

namespace FcnService.Export.Quantization;

/// <summary>
/// Writes a model with some convolutions in bytes, in the QDQ form: QuantizeLinear and DequantizeLinear stand wherever a feature map is
/// rounded, and ONNX Runtime makes one integer convolution of what stands between them. Elsewhere the graph stays as it was.
/// Source: ONNX Runtime, Quantize ONNX Models, "ONNX quantization representation format".
/// </summary>
internal sealed class QuantizedModel
{
    /// <summary>ONNX Runtime's kernels read the channels of a pixel four at a time; for fewer there is only a slow way.</summary>
    private const int FewestChannels = 4;

    private readonly FloatModel model;
    private readonly IReadOnlyDictionary<string, ActivationQuantization> activations;
    private readonly int largestWeight;
    private readonly Dictionary<NodeProto, ConvolutionLayer> layers;

    /// <summary>The feature maps that become bytes.</summary>
    private readonly HashSet<string> quantized;

    /// <summary>Those that something reads as floats again.</summary>
    private readonly HashSet<string> dequantized = [];

    /// <summary>Those that a layer of floats reads which gives bytes again.</summary>
    private readonly HashSet<string> shielded = [];

    private readonly GraphProto graph = new();

    private QuantizedModel(
        FloatModel model,
        IEnumerable<ConvolutionLayer> layers,
        IReadOnlyDictionary<string, ActivationQuantization> activations,
        int largestWeight)
    {
        this.model = model;
        this.activations = activations;
        this.largestWeight = largestWeight;
        this.layers = layers.ToDictionary(layer => layer.Convolution);
        quantized = QuantizedTensors();
    }

    /// <summary>Builds the model; tensors that do not change are shared with the model of floats.</summary>
    /// <param name="model">The model of floats.</param>
    /// <param name="layers">Those of its layers that become integer.</param>
    /// <param name="activations">The bytes of each feature map that such a layer reads or gives, by <see cref="FloatModel.SourceOf"/>.</param>
    /// <param name="largestWeight">The integer that the largest weight of a channel becomes.</param>
    public static ModelProto Build(
        FloatModel model,
        IEnumerable<ConvolutionLayer> layers,
        IReadOnlyDictionary<string, ActivationQuantization> activations,
        int largestWeight)
    {
        var builder = new QuantizedModel(model, layers, activations, largestWeight);
        builder.AddNodes();
        builder.KeepConstantsInUse();
        return builder.Finish();
    }

    // Rearranging loses nothing, so that bytes stay bytes behind it.
    private HashSet<string> QuantizedTensors()
    {
        var tensors = layers.Values.SelectMany(layer => new[] { layer.Input, layer.Output }).ToHashSet();
        foreach (var node in model.Proto.Graph.Node.Where(FloatModel.IsRearranging))
        {
            if (tensors.Contains(node.Input[0]))
            {
                tensors.Add(node.Output[0]);
            }
        }

        tensors.ExceptWith(model.Proto.Graph.Output.Select(output => output.Name));
        return tensors;
    }

    private void AddNodes()
    {
        foreach (var input in model.Proto.Graph.Input)
        {
            AddRounding(input.Name);
        }

        // The clamp of the bytes at 0 is the ReLU.
        var absorbed = layers.Values.Select(layer => layer.Activation).OfType<NodeProto>().ToHashSet();
        foreach (var node in model.Proto.Graph.Node.Where(node => !absorbed.Contains(node)))
        {
            var isInteger = layers.TryGetValue(node, out var layer);
            var outputs = isInteger ? [layer!.Output] : node.Output.ToList();
            AddNode(node, isInteger ? IntegerInputs(layer!) : FloatInputs(node), outputs);
            outputs.ForEach(AddRounding);
        }
    }

    private void AddRounding(string tensor)
    {
        if (quantized.Contains(tensor))
        {
            var (scale, zeroPoint) = AddActivationParameters(tensor);
            AddNode(Quantized(tensor), "QuantizeLinear", [tensor, scale, zeroPoint]);
        }
    }

    private string Quantized(string tensor) => quantized.Contains(tensor) ? $"{tensor}.quantized" : tensor;

    // Added with the first reader: ONNX Runtime computes what nobody reads, too.
    private string Dequantized(string tensor)
    {
        if (!quantized.Contains(tensor))
        {
            return tensor;
        }

        if (dequantized.Add(tensor))
        {
            var (scale, zeroPoint) = AddActivationParameters(tensor);
            AddNode($"{tensor}.dequantized", "DequantizeLinear", [Quantized(tensor), scale, zeroPoint]);
        }

        return $"{tensor}.dequantized";
    }

    private (string Scale, string ZeroPoint) AddActivationParameters(string tensor)
    {
        var source = model.SourceOf(tensor);
        var (scale, zeroPoint) = ($"{source}.scale", $"{source}.zero_point");
        if (!graph.Initializer.Any(initializer => initializer.Name == scale))
        {
            graph.Initializer.Add(OnnxTensors.Scalar(scale, activations[source].Scale));
            graph.Initializer.Add(OnnxTensors.Byte(zeroPoint, activations[source].ZeroPoint));
        }

        return (scale, zeroPoint);
    }

    private List<string> FloatInputs(NodeProto node) => node.OpType switch
    {
        "Shape" => [.. node.Input.Select(Quantized)],
        "Conv" or "ConvTranspose" or "Gemm" when quantized.Contains(model.OutputOf(node)) => [Shielded(node.Input[0]), .. node.Input.Skip(1)],
        _ => [.. node.Input.Select(Dequantized)],
    };

    // ONNX Runtime rounds the weights, too, of a float layer that stands between DequantizeLinear and QuantizeLinear. A Clip without
    // bounds changes no value, and breaks the pattern.
    private string Shielded(string tensor)
    {
        var floats = Dequantized(tensor);
        if (floats == tensor)
        {
            return tensor;
        }

        if (shielded.Add(tensor))
        {
            AddNode($"{tensor}.shielded", "Clip", [floats]);
        }

        return $"{tensor}.shielded";
    }

    private List<string> IntegerInputs(ConvolutionLayer layer)
    {
        var inputScale = activations[model.SourceOf(layer.Input)].Scale;
        var weights = WeightQuantization.Of(layer.Weight, layer.Bias, inputScale, largestWeight);
        var biasScales = weights.Scales.Select(scale => scale * inputScale).ToArray();
        var channels = layer.Weight.Shape.Dimensions[1];
        var missing = IsGrouped(layer.Convolution) ? 0 : Math.Max(0, FewestChannels - channels);
        return
        [
            missing > 0 ? AddChannels(layer, missing) : Dequantized(layer.Input),
            AddDequantized($"{layer.Name}.weight", WithChannels(layer.Name, layer.Weight.Shape, weights.Values, missing), weights.Scales),
            AddDequantized($"{layer.Name}.bias", OnnxTensors.Integers32($"{layer.Name}.bias.quantized", weights.Biases), biasScales),
        ];
    }

    private static bool IsGrouped(NodeProto convolution) => convolution.Attribute.Any(attribute => attribute is { Name: "group", I: > 1 });

    // Channels of zeros, which the weights do not look at.
    private string AddChannels(ConvolutionLayer layer, int count)
    {
        var (scale, zeroPoint) = AddActivationParameters(layer.Input);
        var (padding, padded) = ($"{layer.Name}.padding", $"{layer.Input}.padded_for_{layer.Name}");
        graph.Initializer.Add(OnnxTensors.Integers(padding, 0, 0, 0, 0, 0, count, 0, 0));
        AddNode($"{padded}.quantized", "Pad", [Quantized(layer.Input), padding, zeroPoint]);
        AddNode($"{padded}.dequantized", "DequantizeLinear", [$"{padded}.quantized", scale, zeroPoint]);
        return $"{padded}.dequantized";
    }

    private static TensorProto WithChannels(string layer, Shape shape, sbyte[] values, int missing)
    {
        var (rows, columns) = (shape.Dimensions[0], values.Length / shape.Dimensions[0]);
        var wider = columns / shape.Dimensions[1] * (shape.Dimensions[1] + missing);
        var result = new sbyte[rows * wider];
        for (var row = 0; row < rows; row++)
        {
            values.AsSpan(row * columns, columns).CopyTo(result.AsSpan(row * wider));
        }

        int[] dimensions = [rows, shape.Dimensions[1] + missing, .. shape.Dimensions.Skip(2)];
        return OnnxTensors.SignedBytes($"{layer}.weight.quantized", new Shape(dimensions), result);
    }

    // Zero points are 0, which is what the operator takes where there are none; but ONNX Runtime wants those of the weights.
    private string AddDequantized(string name, TensorProto values, float[] scales)
    {
        graph.Initializer.Add(values);
        graph.Initializer.Add(OnnxTensors.Singles($"{name}.scale", scales));
        List<string> inputs = [values.Name, $"{name}.scale"];
        if (values.DataType == (int)TensorProto.Types.DataType.Int8)
        {
            graph.Initializer.Add(OnnxTensors.SignedBytes($"{name}.zero_point", new Shape(scales.Length), new sbyte[scales.Length]));
            inputs.Add($"{name}.zero_point");
        }

        AddNode($"{name}.dequantized", "DequantizeLinear", inputs);
        graph.Node[^1].Attribute.Add(new AttributeProto { Name = "axis", Type = AttributeProto.Types.AttributeType.Int, I = 0 });
        return $"{name}.dequantized";
    }

    private void AddNode(string output, string operatorName, IEnumerable<string> inputs)
    {
        var node = new NodeProto { Name = output, OpType = operatorName, Output = { output } };
        node.Input.AddRange(inputs);
        graph.Node.Add(node);
    }

    private void AddNode(NodeProto original, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs)
    {
        var node = original.Clone();
        node.Input.Clear();
        node.Input.AddRange(inputs);
        node.Output.Clear();
        node.Output.AddRange(outputs);
        graph.Node.Add(node);
    }

    private void KeepConstantsInUse()
    {
        var read = graph.Node.SelectMany(node => node.Input).ToHashSet();
        graph.Initializer.AddRange(model.Proto.Graph.Initializer.Where(initializer => read.Contains(initializer.Name)));
    }

    private ModelProto Finish()
    {
        var result = model.Proto.Clone();
        var written = graph.Node.SelectMany(node => node.Output).ToHashSet();
        var described = result.Graph.ValueInfo.Where(value => written.Contains(value.Name)).ToList();
        result.Graph.ValueInfo.Clear();
        result.Graph.ValueInfo.AddRange(described);
        result.Graph.Node.Clear();
        result.Graph.Node.AddRange(graph.Node);
        result.Graph.Initializer.Clear();
        result.Graph.Initializer.AddRange(graph.Initializer);
        return result;
    }
}
