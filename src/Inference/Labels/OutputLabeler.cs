using System.Numerics;
using FcnService.Inference.Geometry;
using FcnService.Inference.Models;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FcnService.Inference.Labels;

/// <summary>Makes a photo's labels of what a network gave, whatever its kind and layout.</summary>
/// <param name="model">The model's name, for messages.</param>
/// <param name="contract">What the model promised.</param>
public sealed class OutputLabeler(string model, ModelContract contract)
{
    /// <summary>Labels a photo: crops the padding away, resizes to the photo's size, and takes the best class.</summary>
    /// <param name="output">What the network gave.</param>
    /// <param name="frame">How the photo was put into its input.</param>
    /// <returns>A map of the photo's size.</returns>
    /// <exception cref="InvalidModelException">The output is not what the contract says.</exception>
    public ClassMap Label(NetworkOutput output, NetworkFrame frame)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(frame);
        var map = new ClassMap(frame.Photo);
        try
        {
            if (contract.Output.Kind == OutputKind.Labels)
            {
                Vote(output, frame, map);
            }
            else
            {
                Compare(output, frame, map);
            }

            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>Measures how sure the network is of each pixel's class.</summary>
    /// <param name="output">What the network gave.</param>
    /// <param name="frame">How the photo was put into its input.</param>
    /// <returns>A map of the photo's size; null where the model gives labels, which say nothing of that.</returns>
    /// <exception cref="InvalidModelException">The output is not what the contract says.</exception>
    public ConfidenceMap? MeasureConfidence(NetworkOutput output, NetworkFrame frame)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(frame);
        if (!contract.Output.HasScores)
        {
            return null;
        }

        var grid = GridOf(output);
        var map = new ConfidenceMap(frame.Photo);
        Softmax.MeasureConfidence(grid, GridSampling.Of(frame, grid.Size, contract.Output.Upsample), contract.Output.Kind, map);
        return map;
    }

    /// <summary>Keeps what the probabilities of all classes are computed from.</summary>
    /// <param name="output">What the network gave; the result does without it.</param>
    /// <param name="frame">How the photo was put into its input.</param>
    /// <returns>A map of the photo's size; null where the model gives labels, which have none.</returns>
    /// <exception cref="InvalidModelException">The output is not what the contract says.</exception>
    public ProbabilityMap? KeepProbabilities(NetworkOutput output, NetworkFrame frame)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(frame);
        if (!contract.Output.HasScores)
        {
            return null;
        }

        var grid = GridOf(output);
        return new ProbabilityMap(grid, GridSampling.Of(frame, grid.Size, contract.Output.Upsample), contract.Output, frame.Photo);
    }

    private void Compare(NetworkOutput output, NetworkFrame frame, ClassMap map)
    {
        var grid = GridOf(output);
        ScoreArgmax.Label(grid, GridSampling.Of(frame, grid.Size, contract.Output.Upsample), map);
    }

    private ScoreGrid GridOf(NetworkOutput output)
    {
        var (size, classes) = contract.Output.Layout == TensorLayout.Nchw
            ? (new ImageSize((int)output.Shape[3], (int)output.Shape[2]), (int)output.Shape[1])
            : (new ImageSize((int)output.Shape[2], (int)output.Shape[1]), (int)output.Shape[3]);
        if (classes != contract.Classes.Count)
        {
            throw Fault(output, $"{classes} classes; expected {contract.Classes.Count}");
        }

        return new ScoreGrid(output.Values<float>(), classes, size, contract.Output.Layout);
    }

    private void Vote(NetworkOutput output, NetworkFrame frame, ClassMap map)
    {
        var grid = new ImageSize((int)output.Shape[^1], (int)output.Shape[^2]);
        var count = checked((int)grid.Pixels);
        var labels = ImageBuffers.Bytes.Rent(count);
        try
        {
            switch (output.ElementType)
            {
                case TensorElementType.UInt8:
                    Narrow(output, output.Values<byte>(), labels.AsSpan(0, count));
                    break;
                case TensorElementType.Int32:
                    Narrow(output, output.Values<int>(), labels.AsSpan(0, count));
                    break;
                default:
                    Narrow(output, output.Values<long>(), labels.AsSpan(0, count));
                    break;
            }

            LabelVote.Label(labels.AsSpan(0, count), grid, GridSampling.Of(frame, grid, contract.Output.Upsample), map);
        }
        finally
        {
            ImageBuffers.Bytes.Return(labels);
        }
    }

    private void Narrow<T>(NetworkOutput output, ReadOnlySpan<T> values, Span<byte> labels)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (values.Length != labels.Length)
        {
            throw Fault(output, $"{values.Length} labels for a grid of {labels.Length}");
        }

        for (var i = 0; i < values.Length; i++)
        {
            var label = long.CreateChecked(values[i]);
            if ((label < 0 || label >= contract.Classes.Count) && label != contract.Void)
            {
                throw Fault(output, $"the label {label}; expected 0 to {contract.Classes.Count - 1}, or {contract.Void} for void");
            }

            labels[i] = (byte)label;
        }
    }

    private InvalidModelException Fault(NetworkOutput output, string what) =>
        new($"Model '{model}' broke its contract: its output '{contract.Output.Tensor}' [{string.Join(", ", output.Shape)}] has {what}.");
}
