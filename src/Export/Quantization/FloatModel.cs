using FcnService.Export.Onnx;
using FcnService.Export.Weights;
using Google.Protobuf;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace FcnService.Export.Quantization;

/// <summary>A model of 32-bit floats, and what of it can be quantized.</summary>
internal sealed class FloatModel
{
    // The first in which scales can be given for each channel.
    private const int OldestOperatorSet = 13;

    // Pooling and rearranging give values that went in, so that the bytes of the input serve the output.
    private static readonly HashSet<string> Rearranging = ["MaxPool", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Slice", "Gather"];

    private readonly Dictionary<string, NodeProto> producers;
    private readonly ILookup<string, NodeProto> consumers;
    private readonly Dictionary<string, TensorProto> constants;

    /// <summary>Examines a model.</summary>
    /// <param name="proto">The model; not changed.</param>
    /// <param name="path">Where it comes from, for messages.</param>
    /// <exception cref="ExportException">It cannot be quantized.</exception>
    public FloatModel(ModelProto proto, string path)
    {
        Proto = proto;
        var nodes = proto.Graph.Node;
        producers = nodes.SelectMany(node => node.Output.Select(output => (output, node))).ToDictionary(pair => pair.output, pair => pair.node);
        consumers = nodes.SelectMany(node => node.Input.Select(input => (input, node))).ToLookup(pair => pair.input, pair => pair.node);
        constants = Constants(proto.Graph);
        RefuseUnfit(path);
        Layers = [.. nodes.Where(node => node.OpType == "Conv").Select(LayerOf).OfType<ConvolutionLayer>()];
        if (Layers.Count == 0)
        {
            throw new ExportException(
                $"{path} has nothing to quantize; expected Conv nodes with constant 32-bit weights, whose results other nodes read.");
        }
    }

    /// <summary>The model as it was read.</summary>
    public ModelProto Proto { get; }

    /// <summary>The convolutions that can be quantized, in the graph's order.</summary>
    public IReadOnlyList<ConvolutionLayer> Layers { get; }

    /// <summary>Reads a model.</summary>
    /// <param name="path">The ONNX file.</param>
    /// <exception cref="ExportException">It cannot be read, is no ONNX model, or cannot be quantized.</exception>
    public static FloatModel Read(string path)
    {
        try
        {
            return new FloatModel(ModelProto.Parser.ParseFrom(InputFile.ReadAllBytes(path)), path);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new ExportException($"{path} is not an ONNX model: {error.Message}", error);
        }
    }

    /// <summary>The feature map whose values a feature map holds: the one before poolings and rearrangements.</summary>
    public string SourceOf(string tensor)
    {
        while (producers.TryGetValue(tensor, out var node) && IsRearranging(node))
        {
            tensor = node.Input[0];
        }

        return tensor;
    }

    /// <summary>Whether a node gives values of its first input and nothing else.</summary>
    public static bool IsRearranging(NodeProto node) => Rearranging.Contains(node.OpType) && node.Output.Count == 1;

    /// <summary>The feature map that a layer gives, behind its ReLU where it has one.</summary>
    public string OutputOf(NodeProto layer) => (ActivationBehind(layer.Output[0]) ?? layer).Output[0];

    private void RefuseUnfit(string path)
    {
        if (Proto.Graph.Node.FirstOrDefault(node => node.OpType is "QuantizeLinear" or "DequantizeLinear" or "QLinearConv" or "ConvInteger") is { } quantized)
        {
            throw new ExportException($"{path} is quantized already: it has a {quantized.OpType} node; expected a model of 32-bit floats.");
        }

        if (constants.Values.FirstOrDefault(tensor => tensor.DataLocation == TensorProto.Types.DataLocation.External) is { } external)
        {
            throw new ExportException(
                $"{path} keeps the tensor \"{external.Name}\" in a second file; expected a model in one file, which has room for 2 GB.");
        }

        var version = Proto.OpsetImport.FirstOrDefault(import => import.Domain is "" or "ai.onnx")?.Version ?? 0;
        if (version < OldestOperatorSet)
        {
            throw new ExportException(
                $"{path} is of operator set {version}; expected {OldestOperatorSet} or later, which onnx.version_converter can make of it.");
        }
    }

    private ConvolutionLayer? LayerOf(NodeProto convolution)
    {
        var bias = Single(convolution, 2) ?? ConstantSum(convolution, 2);
        if (Single(convolution, 1) is not { Shape.Dimensions.Count: 4 } weight || (convolution.Input.Count > 2 && bias is null))
        {
            return null;
        }

        var layer = new ConvolutionLayer(convolution, ActivationBehind(convolution.Output[0]), weight, bias);
        // What the model gives stays a float.
        return IsOutput(layer.Output) ? null : layer;
    }

    private NodeProto? ActivationBehind(string tensor)
    {
        var readers = consumers[tensor].ToList();
        return readers is [var only] && !IsOutput(tensor) && ClampsAtZero(only) ? only : null;
    }

    // The upper bound of a Clip needs no attention: no value that is seen in calibration exceeds it.
    private bool ClampsAtZero(NodeProto node) => node.OpType switch
    {
        "Relu" => true,
        "Clip" => Single(node, 1) is { Values: [0] },
        _ => false,
    };

    private bool IsOutput(string tensor) => Proto.Graph.Output.Any(output => output.Name == tensor);

    private Tensor? Single(NodeProto node, int input) =>
        node.Input.Count > input && constants.TryGetValue(node.Input[input], out var constant)
        && constant.DataType == (int)TensorProto.Types.DataType.Float
            ? OnnxTensors.ReadSingle(constant)
            : null;

    // As the bias of a convolution whose frame is stored.
    private Tensor? ConstantSum(NodeProto node, int input)
    {
        if (node.Input.Count <= input || !producers.TryGetValue(node.Input[input], out var sum) || sum.OpType != "Add"
            || Single(sum, 0) is not { } first || Single(sum, 1) is not { } second || !first.Shape.Equals(second.Shape))
        {
            return null;
        }

        return Tensor.Create(sum.Output[0], first.Shape, values => TensorPrimitives.Add(first.Values, second.Values, values));
    }

    private static Dictionary<string, TensorProto> Constants(GraphProto graph)
    {
        // What is an input, too, can be given anew with every run.
        var inputs = graph.Input.Select(input => input.Name).ToHashSet();
        var initializers = graph.Initializer.Where(tensor => !inputs.Contains(tensor.Name)).Select(tensor => (tensor.Name, tensor));
        var nodes = graph.Node
            .Where(node => node.OpType == "Constant" && node.Attribute is [{ Name: "value" }])
            .Select(node => (node.Output[0], node.Attribute[0].T));
        return initializers.Concat(nodes).ToDictionary(constant => constant.Item1, constant => constant.Item2);
    }
}
