using FcnService.Export.Networks;
using FcnService.Export.Weights;

namespace FcnService.Export.Tests.Reference;

/// <summary>Runs a network layer by layer, as plainly as can be, in double precision.</summary>
internal static class PlainNetwork
{
    /// <param name="weights">The network and its weights.</param>
    /// <param name="image">The image.</param>
    /// <param name="kernels">Dense kernels of deconvolutions by layer; those that are not here upsample bilinearly.</param>
    public static FloatImage Run(NetworkWeights weights, FloatImage image, IReadOnlyDictionary<string, Tensor>? kernels = null)
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
                BilinearDeconvolution deconvolution when kernels?.GetValueOrDefault(layer.Name) is { } kernel =>
                    Deconvolve(input, deconvolution, kernel.Values),
                BilinearDeconvolution deconvolution => Upsample(input, deconvolution),
                Crop crop => Cut(input, outputs[layer.Inputs[1]], crop.Offset),
                Scale scale => input with { Values = [.. input.Values.Select(value => value * scale.Factor)] },
                LocalResponseNormalization normalization => Normalize(input, normalization),
                Add => input with { Values = [.. input.Values.Zip(outputs[layer.Inputs[1]].Values, (a, b) => a + b)] },
                Dropout => input,
                _ => throw new NotSupportedException(layer.Operation.ToString()),
            };
        }

        return outputs[weights.Network.Layers[^1].Name];
    }

    private static FloatImage Convolve(FloatImage input, Convolution convolution, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        var (kernel, padding, stride) = (convolution.Kernel, convolution.Padding, convolution.Stride);
        var (inputsOfGroup, outputsOfGroup) = (input.Channels / convolution.Groups, convolution.OutputChannels / convolution.Groups);
        var output = new FloatImage(
            convolution.OutputChannels,
            ((input.Height + (2 * padding) - kernel) / stride) + 1,
            ((input.Width + (2 * padding) - kernel) / stride) + 1);
        for (var o = 0; o < output.Channels; o++)
        {
            var firstInput = o / outputsOfGroup * inputsOfGroup;
            for (var y = 0; y < output.Height; y++)
            {
                for (var x = 0; x < output.Width; x++)
                {
                    double sum = bias[o];
                    for (var c = 0; c < inputsOfGroup; c++)
                    {
                        for (var i = 0; i < kernel; i++)
                        {
                            for (var j = 0; j < kernel; j++)
                            {
                                sum += input[firstInput + c, (y * stride) + i - padding, (x * stride) + j - padding]
                                    * weight[(((((o * inputsOfGroup) + c) * kernel) + i) * kernel) + j];
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
    /// Bilinear interpolation between the centres of the input's pixels, and zeros around it: what a transposed convolution is whose
    /// kernel is a triangle of twice its stride, be its side even or odd. Nothing here comes from the kernel's own formula.
    /// </summary>
    private static FloatImage Upsample(FloatImage input, BilinearDeconvolution deconvolution)
    {
        var (factor, kernel) = (deconvolution.Stride, deconvolution.Kernel);
        Assert.True(kernel == 2 * factor || kernel == (2 * factor) - 1);
        var output = EmptyUpsampled(input, deconvolution);

        // Input pixel 0 spreads over the kernel's length; its centre lies in the middle of it.
        var centre = ((kernel - 1) / 2.0) - deconvolution.Padding;
        for (var c = 0; c < output.Channels; c++)
        {
            for (var y = 0; y < output.Height; y++)
            {
                for (var x = 0; x < output.Width; x++)
                {
                    var (sourceY, sourceX) = ((y - centre) / factor, (x - centre) / factor);
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

    /// <summary>Every input pixel adds its multiple of the kernel to the output.</summary>
    private static FloatImage Deconvolve(FloatImage input, BilinearDeconvolution deconvolution, ReadOnlySpan<float> kernel)
    {
        var (side, stride, padding) = (deconvolution.Kernel, deconvolution.Stride, deconvolution.Padding);
        var output = EmptyUpsampled(input, deconvolution);
        for (var from = 0; from < input.Channels; from++)
        {
            for (var to = 0; to < input.Channels; to++)
            {
                for (var y = 0; y < input.Height; y++)
                {
                    for (var x = 0; x < input.Width; x++)
                    {
                        for (var i = 0; i < side; i++)
                        {
                            for (var j = 0; j < side; j++)
                            {
                                var (outputY, outputX) = ((y * stride) + i - padding, (x * stride) + j - padding);
                                if (outputY >= 0 && outputY < output.Height && outputX >= 0 && outputX < output.Width)
                                {
                                    output[to, outputY, outputX] +=
                                        input[from, y, x] * kernel[(((((from * input.Channels) + to) * side) + i) * side) + j];
                                }
                            }
                        }
                    }
                }
            }
        }

        return output;
    }

    private static FloatImage EmptyUpsampled(FloatImage input, BilinearDeconvolution deconvolution)
    {
        var more = deconvolution.Kernel - (2 * deconvolution.Padding) - deconvolution.Stride;
        return new FloatImage(input.Channels, (input.Height * deconvolution.Stride) + more, (input.Width * deconvolution.Stride) + more);
    }

    private static FloatImage Cut(FloatImage input, FloatImage reference, int offset)
    {
        Assert.True(input.Height >= offset + reference.Height && input.Width >= offset + reference.Width);
        var output = new FloatImage(input.Channels, reference.Height, reference.Width);
        for (var c = 0; c < output.Channels; c++)
        {
            for (var y = 0; y < output.Height; y++)
            {
                for (var x = 0; x < output.Width; x++)
                {
                    output[c, y, x] = input[c, y + offset, x + offset];
                }
            }
        }

        return output;
    }

    private static FloatImage Normalize(FloatImage input, LocalResponseNormalization normalization)
    {
        var output = new FloatImage(input.Channels, input.Height, input.Width);
        var reach = normalization.Size / 2;
        for (var c = 0; c < output.Channels; c++)
        {
            for (var y = 0; y < output.Height; y++)
            {
                for (var x = 0; x < output.Width; x++)
                {
                    var sum = 0.0;
                    for (var neighbour = Math.Max(0, c - reach); neighbour <= Math.Min(input.Channels - 1, c + reach); neighbour++)
                    {
                        sum += input[neighbour, y, x] * input[neighbour, y, x];
                    }

                    output[c, y, x] = input[c, y, x]
                        / Math.Pow(1 + (normalization.Alpha / normalization.Size * sum), normalization.Beta);
                }
            }
        }

        return output;
    }
}
