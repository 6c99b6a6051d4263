using System.Diagnostics;
using FcnService.Export.Networks;
using FcnService.Export.Weights;

namespace FcnService.Export.Frames;

/// <summary>What layers give far from the image and from the border, where all their input is one vector of channels.</summary>
internal sealed class FrameConstants(NetworkWeights weights)
{
    private readonly Dictionary<string, Layer> layers = weights.Network.Layers.ToDictionary(layer => layer.Name, StringComparer.Ordinal);
    private readonly Dictionary<string, double[]> known = new(StringComparer.Ordinal) { [Network.Input] = new double[Network.InputChannels] };

    /// <summary>A layer's constant.</summary>
    /// <param name="name">The name of a layer that a region is followed through.</param>
    /// <returns>A value for each channel.</returns>
    public double[] Of(string name)
    {
        if (!known.TryGetValue(name, out var constant))
        {
            known.Add(name, constant = Compute(layers[name]));
        }

        return constant;
    }

    private double[] Compute(Layer layer)
    {
        var input = Of(layer.Inputs[0]);
        return layer.Operation switch
        {
            Convolution => Convolve(input, weights[$"{layer.Name}.weight"], weights[$"{layer.Name}.bias"]),
            Relu => [.. input.Select(value => Math.Max(value, 0))],
            MaxPool => input,
            Scale scale => [.. input.Select(value => value * scale.Factor)],
            _ => throw new UnreachableException($"No constant is known for a {layer.Operation.GetType().Name}."),
        };
    }

    private static double[] Convolve(double[] input, Tensor kernel, Tensor bias)
    {
        var taps = kernel.Shape.Dimensions[2] * kernel.Shape.Dimensions[3];
        var output = new double[bias.Values.Length];
        for (var channel = 0; channel < output.Length; channel++)
        {
            double sum = bias.Values[channel];
            var values = kernel.Values.Slice(channel * input.Length * taps, input.Length * taps);
            for (var i = 0; i < values.Length; i++)
            {
                sum += values[i] * input[i / taps];
            }

            output[channel] = sum;
        }

        return output;
    }
}
