using System.Diagnostics;
using FcnService.Export.Networks;
using FcnService.Export.Weights;
using FcnService.Inference.Models;

namespace FcnService.Export.Onnx;

/// <summary>Writes a network's layers down as ONNX nodes of operator set <see cref="OperatorSet"/>.</summary>
internal sealed partial class OnnxGraph
{
    /// <summary>The version of the operators: 17 is the newest that Debian 12's checker knows, and has all that is needed.</summary>
    public const int OperatorSet = 17;

    /// <summary>The graph's input.</summary>
    public const string InputName = Network.Input;

    /// <summary>The network's scores: the graph's output, unless that is <see cref="LabelsName"/>.</summary>
    public const string LogitsName = "logits";

    /// <summary>The graph's output where it takes the best class itself.</summary>
    public const string LabelsName = "labels";

    /// <summary>The constant [2, 3], height and width of [N, channels, height, width], that all crops share.</summary>
    private const string SpatialAxes = "spatial_axes";

    private readonly NetworkWeights weights;
    private readonly WeightPrecision precision;
    private readonly OutputKind kind;
    private readonly GraphProto graph;

    /// <summary>The name, in the graph, of each layer's output.</summary>
    private readonly Dictionary<string, string> tensorNames = new(StringComparer.Ordinal) { [Network.Input] = InputName };

    private OnnxGraph(NetworkWeights weights, WeightPrecision precision, OutputKind kind)
    {
        this.weights = weights;
        this.precision = precision;
        this.kind = kind;
        graph = new GraphProto { Name = weights.Network.Name };
    }

    /// <summary>Builds the graph; the weights' bytes, where they stay 32-bit floats, are shared with it, not copied.</summary>
    /// <exception cref="ExportException">A weight is too large for the precision.</exception>
    public static GraphProto Build(
        NetworkWeights weights, WeightPrecision precision = WeightPrecision.Full, OutputKind kind = OutputKind.Logits)
    {
        var builder = new OnnxGraph(weights, precision, kind);
        builder.AddInputAndOutput();
        builder.AddNodes();
        if (kind == OutputKind.Labels)
        {
            builder.AddArgmax();
        }

        if (precision == WeightPrecision.HalfThroughout)
        {
            HalfPrecision.ApplyTo(builder.graph);
        }

        return builder.graph;
    }

    private void AddInputAndOutput()
    {
        var network = weights.Network;
        var multiple = network.SizeMultiple;
        var input = Image(InputName, Network.InputChannels, "height", "width");
        input.DocString = multiple == 1
            ? "Mean-subtracted, of any height and width."
            : $"Mean-subtracted; height and width are multiples of {multiple}.";
        graph.Input.Add(input);
        graph.Output.Add(kind == OutputKind.Labels ? Labels() : Logits(network.Output));
    }

    private static ValueInfoProto Logits(FeatureMap scores)
    {
        var isCoarse = scores.Stride > 1;
        var output = isCoarse
            ? Image(LogitsName, scores.Channels, "grid_height", "grid_width")
            : Image(LogitsName, scores.Channels, "height", "width");
        output.DocString = isCoarse
            ? $"A score for each class at every {scores.Stride}th pixel; once they are interpolated, the largest wins."
            : "A score for each class; the largest wins.";
        return output;
    }

    private static ValueInfoProto Labels()
    {
        var output = Value(LabelsName, TensorProto.Types.DataType.Uint8, Open("batch"), Open("height"), Open("width"));
        output.DocString = "The class with the largest score; between equal scores the lowest.";
        return output;
    }

    private void AddNodes()
    {
        var layers = weights.Network.Layers;
        var last = layers.Last(layer => layer.Operation is not Dropout);
        foreach (var layer in layers)
        {
            if (layer.Operation is Dropout)
            {
                // It does nothing in a finished model: who reads from it reads what it reads.
                tensorNames[layer.Name] = tensorNames[layer.Inputs[0]];
                continue;
            }

            tensorNames[layer.Name] = layer == last ? LogitsName : layer.Name;
            AddNodes(layer);
        }
    }

    private void AddArgmax()
    {
        const string winners = "winners";
        AddNode(winners, "ArgMax", [LogitsName], [Number("axis", 1), Number("keepdims", 0)]);
        AddNode(LabelsName, "Cast", [winners], [Number("to", (int)TensorProto.Types.DataType.Uint8)]);
    }

    private void AddNodes(Layer layer)
    {
        var inputs = layer.Inputs.Select(input => tensorNames[input]).ToList();
        switch (layer.Operation)
        {
            case Convolution convolution:
                AddNode(layer, "Conv", [inputs[0], Learned($"{layer.Name}.weight"), BiasOf(layer.Name, convolution)],
                [
                    .. convolution.Groups > 1 ? [Number("group", convolution.Groups)] : (AttributeProto[])[],
                    Square("kernel_shape", convolution.Kernel),
                    Pads(convolution.Padding, convolution.Padding),
                    .. convolution.Stride > 1 ? [Square("strides", convolution.Stride)] : (AttributeProto[])[],
                ]);
                break;
            case Relu:
                AddNode(layer, "Relu", inputs, []);
                break;
            case MaxPool pool:
                AddNode(layer, "MaxPool", inputs,
                [
                    Number("ceil_mode", pool.WholeWindowsOnly ? 0 : 1),
                    Square("kernel_shape", pool.Kernel),
                    Square("strides", pool.Stride),
                ]);
                break;
            case BilinearDeconvolution deconvolution:
                var kernel = weights[$"{layer.Name}.weight"];
                AddNode(layer, "ConvTranspose", [inputs[0], Constant(OnnxTensors.Single(kernel))],
                [
                    Number("group", DeconvolutionKernel.IsPerChannel(kernel) ? kernel.Shape.Dimensions[0] : 1),
                    Square("kernel_shape", deconvolution.Kernel),
                    Pads(deconvolution.Padding, deconvolution.Padding),
                    Square("strides", deconvolution.Stride),
                ]);
                break;
            case Crop crop:
                AddCrop(layer, inputs[0], reference: inputs[1], crop.Offset);
                break;
            case Add:
                AddNode(layer, "Add", inputs, []);
                break;
            case Scale scale:
                AddNode(layer, "Mul", [inputs[0], Constant(OnnxTensors.Scalar($"{layer.Name}.factor", scale.Factor))], []);
                break;
            case Bias:
                AddChannelwise(layer, inputs[0], [Constant(OnnxTensors.Single(weights[$"{layer.Name}.bias"]))], []);
                break;
            case ZeroPad pad:
                AddChannelwise(layer, inputs[0], [], [Pads(0, pad.Behind)]);
                break;
            case AddEmptyFrame frame:
                AddEmptyFrame(layer, frame, inputs[0], image: inputs[1]);
                break;
            case LocalResponseNormalization normalization:
                AddNode(layer, "LRN", inputs,
                [
                    Real("alpha", normalization.Alpha),
                    Real("beta", normalization.Beta),
                    Real("bias", 1),
                    Number("size", normalization.Size),
                ]);
                break;
            default:
                throw new UnreachableException($"No ONNX node is known for a {layer.Operation.GetType().Name}.");
        }
    }

    /// <summary>
    /// Cuts out what is as large as the reference. How much is left over behind it varies with the image's size, because pooling rounds
    /// up; so the end is computed from the reference's shape.
    /// </summary>
    private void AddCrop(Layer layer, string input, string reference, int offset)
    {
        var (start, size, end) = ($"{layer.Name}.start", $"{layer.Name}.size", $"{layer.Name}.end");
        if (!graph.Initializer.Any(initializer => initializer.Name == SpatialAxes))
        {
            Constant(OnnxTensors.Integers(SpatialAxes, 2, 3));
        }

        Constant(OnnxTensors.Integers(start, offset, offset));
        AddNode(end, "Add", [SizeOf(reference, size), start], []);
        AddNode(layer, "Slice", [input, start, end, SpatialAxes], []);

        AddValueInfo(layer);
    }

    /// <summary>Notes the shape that inference (onnx 1.12) loses, with even the number of axes, where sizes are computed.</summary>
    private void AddValueInfo(Layer layer)
    {
        var output = tensorNames[layer.Name];
        if (output != graph.Output[0].Name)
        {
            var channels = weights.Network.FeatureMapOf(layer.Name).Channels;
            graph.ValueInfo.Add(Image(output, channels, $"{layer.Name}.height", $"{layer.Name}.width"));
        }
    }

    /// <summary>
    /// Adds a bias or padding as a convolution that multiplies each channel by 1: it does what Add or Pad would, and ONNX Runtime keeps
    /// the channels in the blocks that the convolutions around it want.
    /// </summary>
    private void AddChannelwise(Layer layer, string input, IEnumerable<string> bias, IEnumerable<AttributeProto> pads)
    {
        var channels = weights.Network.FeatureMapOf(layer.Name).Channels;
        var ones = Tensor.Create($"{layer.Name}.weight", new Shape(channels, 1, 1, 1), values => values.Fill(1));
        AddNode(
            layer,
            "Conv",
            [input, Constant(OnnxTensors.Single(ones)), .. bias],
            [Number("group", channels), Square("kernel_shape", 1), .. pads]);
    }

    private string SizeOf(string map, string name)
    {
        AddNode(name, "Shape", [map], [Number("start", 2), Number("end", 4)]);
        return name;
    }

    private void AddNode(Layer layer, string operatorName, IEnumerable<string> inputs, IEnumerable<AttributeProto> attributes)
    {
        AddNode(tensorNames[layer.Name], operatorName, inputs, attributes);
        graph.Node[^1].Name = layer.Name;
    }

    private void AddNode(string output, string operatorName, IEnumerable<string> inputs, IEnumerable<AttributeProto> attributes)
    {
        var node = new NodeProto { Name = output, OpType = operatorName };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        node.Attribute.AddRange(attributes);
        graph.Node.Add(node);
    }

    /// <summary>The bias; what a stored frame adds to it is added when the model is loaded, so that the file keeps what was learned.</summary>
    private string BiasOf(string layer, Convolution convolution)
    {
        var bias = Learned($"{layer}.bias");
        if (!convolution.ReadsChange)
        {
            return bias;
        }

        var inFrame = $"{layer}.bias_in_frame";
        AddNode(inFrame, "Add", [bias, Constant(OnnxTensors.Single(weights[$"{layer}.frame"]))], []);
        return inFrame;
    }

    /// <summary>Adds a learned tensor and names it as 32-bit floats.</summary>
    private string Learned(string parameter)
    {
        if (precision != WeightPrecision.Half)
        {
            return Constant(OnnxTensors.Single(weights[parameter]));
        }

        var single = $"{parameter}.single";
        AddNode(single, "Cast", [Constant(OnnxTensors.Half(weights[parameter]))], [Number("to", (int)TensorProto.Types.DataType.Float)]);
        return single;
    }

    private string Constant(TensorProto tensor)
    {
        graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private static ValueInfoProto Image(string name, int channels, string height, string width) => Value(
        name,
        TensorProto.Types.DataType.Float,
        Open("batch"),
        new TensorShapeProto.Types.Dimension { DimValue = channels },
        Open(height),
        Open(width));

    private static ValueInfoProto Value(
        string name, TensorProto.Types.DataType type, params IEnumerable<TensorShapeProto.Types.Dimension> dimensions)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(dimensions);
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    private static TensorShapeProto.Types.Dimension Open(string name) => new() { DimParam = name };

    private static AttributeProto Number(string name, long value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    private static AttributeProto Real(string name, float value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    /// <summary>Zeros above, on the left, below and on the right.</summary>
    private static AttributeProto Pads(long before, long behind) => Numbers("pads", before, before, behind, behind);

    private static AttributeProto Square(string name, long side) => Numbers(name, side, side);

    private static AttributeProto Numbers(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (var value in values)
        {
            attribute.Ints.Add(value);
        }

        return attribute;
    }
}
