using FcnService.Export.Networks;
using FcnService.Export.Weights;

namespace FcnService.Export.Tests.Reference;

/// <summary>Runs a network layer by layer, as plainly as can be, in double precision.</summary>
internal static class PlainNetwork
{
    public static FloatImage Run(NetworkWeights weights, FloatImage image)
    {
        var outputs = new Dictionary<string, FloatImage> { [Network.Input] = image };
        foreach (var layer in weights.Network.Layers)
        {
            var input = outputs[layer.Inputs[0]];
            outputs[layer.Name] = layer.Operation switch
            {
                Convolution convolution => Convolve(
                    input, convolution, weights[$"{layer.Name}.weight"].Values, weights[$"{layer.Name}.bias"].Values),
                Relu => input with { Values = [.. input.Values.Select(value => Math.Max(value, 0))] },
                MaxPool pool => Pool(input, pool),
                BilinearDeconvolution deconvolution => Upsample(input, deconvolution),
                Add => input with { Values = [.. input.Values.Zip(outputs[layer.Inputs[1]].Values, (a, b) => a + b)] },
                Dropout => input,
                _ => throw new NotSupportedException(layer.Operation.ToString()),
            };
        }

        return outputs[weights.Network.Layers[^1].Name];
    }

    private static FloatImage Convolve(FloatImage input, Convolution convolution, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        var (kernel, padding) = (convolution.Kernel, convolution.Padding);
        var shrinkage = kernel - 1 - (2 * padding);
        var output = new FloatImage(convolution.OutputChannels, input.Height - shrinkage, input.Width - shrinkage);
        for (var o = 0; o < output.Channels; o++)
        {
            for (var y = 0; y < output.Height; y++)
            {
                for (var x = 0; x < output.Width; x++)
                {
                    double sum = bias[o];
                    for (var c = 0; c < input.Channels; c++)
                    {
                        for (var i = 0; i < kernel; i++)
                        {
                            for (var j = 0; j < kernel; j++)
                            {
                                sum += input[c, y + i - padding, x + j - padding]
                                    * weight[(((((o * input.Channels) + c) * kernel) + i) * kernel) + j];
                            }
                        }
                    }

                    output[o, y, x] = sum;
                }
            }
        }

        return output;
    }

    private static FloatImage Pool(FloatImage input, MaxPool pool)
    {
        var output = new FloatImage(input.Channels, Windows(input.Height, pool), Windows(input.Width, pool));
        for (var c = 0; c < output.Channels; c++)
        {
            for (var y = 0; y < output.Height; y++)
            {
                for (var x = 0; x < output.Width; x++)
                {
                    var largest = double.NegativeInfinity;
                    for (var i = y * pool.Stride; i < Math.Min((y * pool.Stride) + pool.Kernel, input.Height); i++)
                    {
                        for (var j = x * pool.Stride; j < Math.Min((x * pool.Stride) + pool.Kernel, input.Width); j++)
                        {
                            largest = Math.Max(largest, input[c, i, j]);
                        }
                    }

                    output[c, y, x] = largest;
                }
            }
        }

        return output;
    }

    private static int Windows(int length, MaxPool pool) => (int)Math.Ceiling((length - pool.Kernel) / (double)pool.Stride) + 1;

    /// <summary>
    /// Bilinear interpolation between the centres of the input's pixels, and zeros around it: what a transposed convolution is that has
    /// a kernel of twice its stride and a padding of half of it. Nothing here comes from the kernel's own formula.
    /// </summary>
    private static FloatImage Upsample(FloatImage input, BilinearDeconvolution deconvolution)
    {
        var factor = deconvolution.Stride;
        Assert.Equal((2 * factor, factor / 2), (deconvolution.Kernel, deconvolution.Padding));
        var output = new FloatImage(input.Channels, input.Height * factor, input.Width * factor);
        for (var c = 0; c < output.Channels; c++)
        {
            for (var y = 0; y < output.Height; y++)
            {
                for (var x = 0; x < output.Width; x++)
                {
                    var (sourceY, sourceX) = (((y + 0.5) / factor) - 0.5, ((x + 0.5) / factor) - 0.5);
                    var (top, left) = ((int)Math.Floor(sourceY), (int)Math.Floor(sourceX));
                    var (down, right) = (sourceY - top, sourceX - left);
                    output[c, y, x] =
                        ((1 - down) * (((1 - right) * input[c, top, left]) + (right * input[c, top, left + 1])))
                        + (down * (((1 - right) * input[c, top + 1, left]) + (right * input[c, top + 1, left + 1])));
                }
            }
        }

        return output;
    }
}
