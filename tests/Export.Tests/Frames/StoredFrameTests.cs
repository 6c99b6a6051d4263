using FcnService.Export.Frames;
using FcnService.Export.Networks;
using FcnService.Export.Onnx;
using FcnService.Export.Tests.Onnx;
using FcnService.Export.Tests.Reference;
using FcnService.Export.Weights;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Export.Tests.Frames;

public sealed class StoredFrameTests
{
    private const int CoarsestStride = 32;

    /// <summary>The networks with a frame that can be stored.</summary>
    private static readonly IReadOnlyDictionary<string, Network> Framed = new Dictionary<string, Network>
    {
        ["fcn32s"] = Fcn.Fcn32s(5, 1.0 / 16, 32, PaddingVariant.Original),
        ["fcn16s"] = Fcn.Fcn16s(5, 1.0 / 16, 32, PaddingVariant.Original),
        ["fcn8s"] = Fcn.Fcn8s(5, 1.0 / 16, 32, PaddingVariant.Original),
        ["fcn8s-atonce"] = Fcn.Fcn8sAtOnce(5, 1.0 / 16, 32, PaddingVariant.Original),
    };

    public static TheoryData<string> FramedNetworks => [.. Framed.Keys];

    [Theory]
    [MemberData(nameof(FramedNetworks))]
    public void Apply_ImagesOfEverySizeModulo32_KeepsTheScores(string name)
    {
        var plain = WithStrongBiases(Framed[name]);
        using var expected = new Model(plain);
        using var actual = new Model(StoredFrame.Apply(plain));

        // Heights and widths run through the residues in different orders, from images of one pixel to some of several strides.
        for (var i = 0; i < CoarsestStride; i++)
        {
            var (height, width) = (1 + i + (i % 3 * CoarsestStride), 1 + (i * 13 % CoarsestStride) + (i % 5 * CoarsestStride));
            var image = FloatImage.Random(3, height, width, seed: i, scale: 1);

            var (scores, storedScores) = (expected.Run(image), actual.Run(image));

            var difference = scores.Zip(storedScores, (a, b) => Math.Abs(a - b)).Max() / scores.Max(Math.Abs);
            Assert.True(difference <= 1e-4, FormattableString.Invariant($"{width}×{height}: differs by {difference:E1} of the largest score"));
        }
    }

    /// <summary>Random weights whose biases, and so the frame, are as strong as the image.</summary>
    private static NetworkWeights WithStrongBiases(Network network)
    {
        var weights = OnnxModels.WithoutZeros(network, seed: 3);
        return weights;
    }

    private sealed class Model : IDisposable
    {
        private readonly InferenceSession session;
        private readonly RunOptions options = new();

        public Model(NetworkWeights weights)
        {
            using var settings = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            session = new InferenceSession(OnnxWriter.Build(weights, OnnxModels.Describe(weights.Network)).ToByteArray(), settings);
        }

        public float[] Run(FloatImage image)
        {
            float[] values = [.. image.Values.Select(value => (float)value)];
            using var input = OrtValue.CreateTensorValueFromMemory(values, [1, image.Channels, image.Height, image.Width]);
            using var outputs = session.Run(options, ["image"], [input], ["logits"]);
            return outputs[0].GetTensorDataAsSpan<float>().ToArray();
        }

        public void Dispose()
        {
            options.Dispose();
            session.Dispose();
        }
    }
}
