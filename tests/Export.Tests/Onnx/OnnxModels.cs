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

    /// <summary>Every network that there is, in every padding.</summary>
    public static readonly IReadOnlyDictionary<string, Network> TinyNetworks = new Dictionary<string, Network>
    {
        ["fcn32s same"] = Fcn.Fcn32s(5, 1.0 / 32, 16, PaddingVariant.Same),
        ["fcn32s original"] = Fcn.Fcn32s(5, 1.0 / 32, 16, PaddingVariant.Original),
        ["fcn16s same"] = Fcn.Fcn16s(5, 1.0 / 32, 16, PaddingVariant.Same),
        ["fcn16s original"] = Fcn.Fcn16s(5, 1.0 / 32, 16, PaddingVariant.Original),
        ["fcn8s same"] = Tiny,
        ["fcn8s original"] = Fcn.Fcn8s(5, 1.0 / 32, 16, PaddingVariant.Original),
        ["fcn8s-atonce same"] = Fcn.Fcn8sAtOnce(5, 1.0 / 32, 16, PaddingVariant.Same),
        ["fcn8s-atonce original"] = Fcn.Fcn8sAtOnce(5, 1.0 / 32, 16, PaddingVariant.Original),
        ["fcn-alexnet original"] = Fcn.FcnAlexNet(5, 1.0 / 16, 16),
    };

    /// <summary>A description for networks whose classes have no names.</summary>
    public static ModelDescription Describe(
        Network network, Upsampling? upsampling = null, OutputKind kind = OutputKind.Logits) => Metadata.Describe(
        network,
        NamingScheme.Authors.Input,
        [.. Enumerable.Range(0, network.Output.Channels).Select(label => $"class {label}")],
        license: null,
        upsampling,
        kind);

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

    public static FloatImage Run(string path, FloatImage image) => Run(path, [image])[0];

    /// <summary>Runs images of one size as one batch.</summary>
    public static FloatImage[] Run(string path, IReadOnlyList<FloatImage> images)
    {
        var (values, shape) = Run<float>(path, images, "logits");
        Assert.Equal(images.Count, shape[0]);
        var logits = Array.ConvertAll(values, value => (double)value);
        return
        [
            .. logits.Chunk(logits.Length / images.Count)
                .Select(chunk => new FloatImage((int)shape[1], (int)shape[2], (int)shape[3], chunk)),
        ];
    }

    /// <summary>Runs images of one size as one batch.</summary>
    /// <returns>The elements of an output, and their shape.</returns>
    public static (T[] Values, long[] Shape) Run<T>(string path, IReadOnlyList<FloatImage> images, string output)
        where T : unmanaged
    {
        using var session = new InferenceSession(path);
        using var options = new RunOptions();
        float[] values = [.. images.SelectMany(image => image.Values).Select(value => (float)value)];
        var first = images[0];
        using var input = OrtValue.CreateTensorValueFromMemory(values, [images.Count, first.Channels, first.Height, first.Width]);
        using var outputs = session.Run(options, ["image"], [input], [output]);
        return (outputs[0].GetTensorDataAsSpan<T>().ToArray(), outputs[0].GetTensorTypeAndShape().Shape);
    }
}
