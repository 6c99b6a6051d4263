using System.Diagnostics;
using FcnService.Export.Networks;
using FcnService.Export.Weights;

namespace FcnService.Export.Frames;

/// <summary>What layers give far from the image and from the border, where all their input is one vector of channels.</summary>
internal sealed class FrameConstants(NetworkWeights weights)
{
    private readonly Dictionary<string, Layer> layers = weights.Network.Layers.ToDictionary(layer => layer.Name, StringComparer.Ordinal);
    private readonly Dictionary<string, float[]> known = new(StringComparer.Ordinal) { [Network.Input] = new float[Network.InputChannels] };

    /// <summary>A layer's constant.</summary>
    /// <param name="name">The name of a layer that a region is followed through.</param>
    /// <returns>A value for each channel.</returns>
    public float[] Of(string name)
    {
        if (!known.TryGetValue(name, out var constant))
        {
            known.Add(name, constant = Compute(layers[name]));
        }

        return constant;
    }

    /// <summary>What a convolution's kernel makes of its input's constant, without the bias.</summary>
    /// <param name="name">The convolution's name.</param>
    /// <returns>A value for each output channel.</returns>
    public float[] KernelSumOf(string name)
    {
        var input = Of(layers[name].Inputs[0]);
        var kernel = weights[$"{name}.weight"];
        var taps = kernel.Shape.Dimensions[2] * kernel.Shape.Dimensions[3];
        return [.. Enumerable.Range(0, kernel.Shape.Dimensions[0]).Select(SumOf)];

        float SumOf(int channel)
        {
            var values = kernel.Values.Slice(channel * input.Length * taps, input.Length * taps);
            var sum = 0.0;
            for (var i = 0; i < values.Length; i++)
            {
                sum += (double)values[i] * input[i / taps];
            }

            return (float)sum;
        }
    }

    private float[] Compute(Layer layer) => layer.Operation switch
    {
        // In the precision of the model, so that its change is exactly zero where the image changes nothing.
        Convolution => [.. KernelSumOf(layer.Name).Zip(weights[$"{layer.Name}.bias"].Values.ToArray(), (sum, bias) => bias + sum)],
        Relu => [.. Of(layer.Inputs[0]).Select(value => Math.Max(value, 0))],
        MaxPool => Of(layer.Inputs[0]),
        Scale scale => [.. Of(layer.Inputs[0]).Select(value => value * scale.Factor)],
        _ => throw new UnreachableException($"No constant is known for a {layer.Operation.GetType().Name}."),
    };
}
