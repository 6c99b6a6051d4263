using FcnService.Export.Networks;
using FcnService.Export.Onnx;
using FcnService.Export.Tests.Reference;
using FcnService.Export.Weights;
using FcnService.Inference.Models;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Export.Tests.Onnx;

/// <summary>Small models for tests, and ONNX Runtime to run them.</summary>
internal static class OnnxModels
{
    public static readonly Network Tiny = Fcn.Fcn8s(classes: 5, width: 1.0 / 16, fcChannels: 32);

    /// <summary>A description for networks whose classes have no names.</summary>
    public static ModelDescription Describe(Network network) =>
        Metadata.Describe(network, [.. Enumerable.Range(0, network.Output.Channels).Select(label => $"class {label}")], license: null);

    /// <summary>Fresh weights where score layers and biases, too, are not zero, and so matter.</summary>
    public static NetworkWeights WithoutZeros(Network network, int seed)
    {
        var fresh = Initialization.Create(network, seed);
        var random = new Random(seed);
        return NetworkWeights.Match(
            network,
            network.Parameters.Select(parameter => parameter.Filler != Filler.Zero
                ? fresh[parameter.Name]
                : Tensor.Create(parameter.Name, parameter.Shape, values =>
                {
                    foreach (ref var value in values)
                    {
                        value = (float)(random.NextDouble() - 0.5);
                    }
                })),
            "the test");
    }

    public static FloatImage Run(string path, FloatImage image)
    {
        using var session = new InferenceSession(path);
        using var options = new RunOptions();
        var values = Array.ConvertAll(image.Values, value => (float)value);
        using var input = OrtValue.CreateTensorValueFromMemory(values, [1, image.Channels, image.Height, image.Width]);
        using var outputs = session.Run(options, ["image"], [input], ["logits"]);
        var shape = outputs[0].GetTensorTypeAndShape().Shape;
        var logits = Array.ConvertAll(outputs[0].GetTensorDataAsSpan<float>().ToArray(), value => (double)value);
        return new FloatImage((int)shape[1], (int)shape[2], (int)shape[3], logits);
    }
}
