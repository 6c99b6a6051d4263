using FcnService.Export.Networks;
using FcnService.Export.Onnx;
using FcnService.Export.Weights;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Export.Frames;

/// <summary>Computes the tensor of an <see cref="AddEmptyFrame"/>: the network as it was, up to its layer, run on black images.</summary>
internal static class FrameTensor
{
    /// <summary>
    /// Computes it. For each way in which the sides of framed images round, one image is run that is just large enough for two bands and
    /// a position between them.
    /// </summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="frame">The operation that it is for.</param>
    /// <param name="weights">The network as it was.</param>
    /// <param name="layer">The layer whose frame it is.</param>
    /// <exception cref="ExportException">The weights are too many for a model in one piece.</exception>
    public static Tensor Compute(string name, AddEmptyFrame frame, NetworkWeights weights, string layer)
    {
        var upToLayer = UpTo(layer, weights, frame.Margin / 2);
        RefuseTooLarge(upToLayer, layer);
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(OnnxWriter.Build(upToLayer).ToByteArray(), options);
        var channels = upToLayer.Network.Output.Channels;
        return Tensor.Create(name, new Shape(channels, frame.Positions, frame.Positions), values =>
        {
            var smallest = (2 * frame.Band * frame.Stride) + 1;
            for (var height = smallest; height < smallest + frame.Stride; height++)
            {
                for (var width = smallest; width < smallest + frame.Stride; width++)
                {
                    Put(RunOnBlack(session, height, width), frame, height, width, values);
                }
            }
        });
    }

    private static void RefuseTooLarge(NetworkWeights weights, string layer)
    {
        var bytes = weights.Tensors.Sum(tensor => (long)tensor.Data.Length);
        if (bytes > OnnxWriter.MostWeightBytes)
        {
            throw new ExportException(
                $"The weights of {weights.Network.Name} up to {layer}, whose frame is to be stored, take {bytes} bytes; "
                + $"expected at most {OnnxWriter.MostWeightBytes}.");
        }
    }

    /// <summary>The layers that a layer reads from, directly or not, and itself, for images that have their frame already.</summary>
    private static NetworkWeights UpTo(string name, NetworkWeights weights, int frame)
    {
        var read = new HashSet<string>(StringComparer.Ordinal) { name };
        var layers = new Stack<Layer>();
        foreach (var layer in weights.Network.Layers.Reverse().Where(layer => read.Contains(layer.Name)))
        {
            read.UnionWith(layer.Inputs);
            layers.Push(layer.Operation is Convolution convolution && layer.Inputs[0] == Network.Input
                ? layer with { Operation = convolution with { Padding = convolution.Padding - frame } }
                : layer);
        }

        var network = new Network(weights.Network.Name, [.. layers]);
        return NetworkWeights.Match(network, network.Parameters.Select(parameter => weights[parameter.Name]), "the network as it was");
    }

    private static float[] RunOnBlack(InferenceSession session, int height, int width)
    {
        using var runOptions = new RunOptions();
        using var image = OrtValue.CreateTensorValueFromMemory(
            new float[Network.InputChannels * height * width], [1, Network.InputChannels, height, width]);
        using var outputs = session.Run(runOptions, [OnnxGraph.InputName], [image], [OnnxGraph.LogitsName]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static void Put(float[] map, AddEmptyFrame frame, int height, int width, Span<float> values)
    {
        var side = (2 * frame.Band) + 1;
        var source = 0;
        for (var channel = 0; channel < values.Length / frame.Positions / frame.Positions; channel++)
        {
            for (var y = 0; y < side; y++)
            {
                var row = ((channel * frame.Positions) + frame.FramePosition(y, height)) * frame.Positions;
                for (var x = 0; x < side; x++)
                {
                    values[row + frame.FramePosition(x, width)] = map[source++];
                }
            }
        }
    }
}
