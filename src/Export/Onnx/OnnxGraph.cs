using System.Diagnostics;
using FcnService.Export.Networks;
using FcnService.Export.Weights;
using Google.Protobuf;

namespace FcnService.Export.Onnx;

/// <summary>Writes a network's layers down as ONNX nodes of operator set <see cref="OperatorSet"/>.</summary>
internal sealed class OnnxGraph
{
    /// <summary>The version of the operators: 17 is the newest that Debian 12's checker knows, and has all that is needed.</summary>
    public const int OperatorSet = 17;

    /// <summary>The graph's input.</summary>
    public const string InputName = Network.Input;

    /// <summary>The graph's output.</summary>
    public const string OutputName = "logits";

    private readonly NetworkWeights weights;
    private readonly GraphProto graph;

    /// <summary>The name, in the graph, of each layer's output.</summary>
    private readonly Dictionary<string, string> tensorNames = new(StringComparer.Ordinal) { [Network.Input] = InputName };

    private OnnxGraph(NetworkWeights weights)
    {
        this.weights = weights;
        graph = new GraphProto { Name = weights.Network.Name };
    }

    /// <summary>Builds the graph; the weights' bytes are shared with it, not copied.</summary>
    public static GraphProto Build(NetworkWeights weights)
    {
        var builder = new OnnxGraph(weights);
        builder.AddInputAndOutput();
        builder.AddNodes();
        return builder.graph;
    }

    private void AddInputAndOutput()
    {
        var network = weights.Network;
        var multiple = network.CoarsestStride;
        graph.Input.Add(Image(InputName, Network.InputChannels, $"Mean-subtracted; height and width are multiples of {multiple}."));
        graph.Output.Add(Image(OutputName, network.Output.Channels, "A score for each class; the largest wins."));
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

            tensorNames[layer.Name] = layer == last ? OutputName : layer.Name;
            AddNode(layer);
        }
    }

    private void AddNode(Layer layer)
    {
        switch (layer.Operation)
        {
            case Convolution convolution:
                AddNode(layer, "Conv", [Learned($"{layer.Name}.weight"), Learned($"{layer.Name}.bias")],
                [
                    Numbers("kernel_shape", convolution.Kernel, convolution.Kernel),
                    Numbers("pads", convolution.Padding, convolution.Padding, convolution.Padding, convolution.Padding),
                ]);
                break;
            case Relu:
                AddNode(layer, "Relu", [], []);
                break;
            case MaxPool pool:
                AddNode(layer, "MaxPool", [],
                [
                    Number("ceil_mode", 1),
                    Numbers("kernel_shape", pool.Kernel, pool.Kernel),
                    Numbers("strides", pool.Stride, pool.Stride),
                ]);
                break;
            case BilinearDeconvolution deconvolution:
                var channels = weights.Network.FeatureMapOf(layer.Name).Channels;
                AddNode(layer, "ConvTranspose", [Constant(BilinearWeight(layer.Name, deconvolution, channels))],
                [
                    Number("group", channels),
                    Numbers("kernel_shape", deconvolution.Kernel, deconvolution.Kernel),
                    Numbers("pads", deconvolution.Padding, deconvolution.Padding, deconvolution.Padding, deconvolution.Padding),
                    Numbers("strides", deconvolution.Stride, deconvolution.Stride),
                ]);
                break;
            case Add:
                AddNode(layer, "Add", [], []);
                break;
            default:
                throw new UnreachableException($"No ONNX node is known for a {layer.Operation.GetType().Name}.");
        }
    }

    private void AddNode(Layer layer, string operatorName, IEnumerable<string> constants, IEnumerable<AttributeProto> attributes)
    {
        var node = new NodeProto { Name = layer.Name, OpType = operatorName };
        node.Input.AddRange(layer.Inputs.Select(input => tensorNames[input]));
        node.Input.AddRange(constants);
        node.Output.Add(tensorNames[layer.Name]);
        node.Attribute.AddRange(attributes);
        graph.Node.Add(node);
    }

    private string Learned(string parameter) => Constant(weights[parameter]);

    private string Constant(Tensor tensor)
    {
        var initializer = new TensorProto
        {
            Name = tensor.Name,
            DataType = (int)TensorProto.Types.DataType.Float,
            RawData = UnsafeByteOperations.UnsafeWrap(tensor.Data),
        };
        initializer.Dims.AddRange(tensor.Shape.Dimensions.Select(dimension => (long)dimension));
        graph.Initializer.Add(initializer);
        return tensor.Name;
    }

    /// <summary>
    /// A kernel a channel, [channels, 1, k, k]: with as many groups as channels this is exactly the authors' dense
    /// [channels, channels, k, k], which is zero off its diagonal, at a fraction of the work.
    /// </summary>
    private static Tensor BilinearWeight(string layer, BilinearDeconvolution deconvolution, int channels)
    {
        var kernel = BilinearKernel.Create(deconvolution.Kernel);
        return Tensor.Create($"{layer}.weight", new Shape(channels, 1, deconvolution.Kernel, deconvolution.Kernel), values =>
        {
            for (var i = 0; i < channels; i++)
            {
                kernel.CopyTo(values[(i * kernel.Length)..]);
            }
        });
    }

    private static ValueInfoProto Image(string name, int channels, string description)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(
        [
            new TensorShapeProto.Types.Dimension { DimParam = "batch" },
            new TensorShapeProto.Types.Dimension { DimValue = channels },
            new TensorShapeProto.Types.Dimension { DimParam = "height" },
            new TensorShapeProto.Types.Dimension { DimParam = "width" },
        ]);
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor }, DocString = description };
    }

    private static AttributeProto Number(string name, long value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

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
