using FcnService.Inference.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FcnService.Export.Quantization;

/// <summary>How far a model's outputs are from those of another, over all photos that were added.</summary>
/// <param name="output">The models' output.</param>
internal sealed class OutputComparison(OutputContract output)
{
    private double error;
    private double signal;
    private long places;
    private long changed;

    /// <summary>The error's size relative to the output's: the ratio of the roots of their sums of squares; 0 for outputs that are labels.</summary>
    public double RelativeError => signal > 0 ? Math.Sqrt(error / signal) : 0;

    /// <summary>The share of the output's pixels whose label is another.</summary>
    public double ChangedLabels => (double)changed / Math.Max(places, 1);

    /// <summary>Compares the outputs for one photo.</summary>
    /// <param name="expected">The values of the original.</param>
    /// <param name="actual">Those of the other model.</param>
    public void Add(OrtValue expected, OrtValue actual)
    {
        switch (output.Kind, expected.GetTensorTypeAndShape().ElementDataType)
        {
            case (OutputKind.Labels, TensorElementType.UInt8):
                AddLabels(expected.GetTensorDataAsSpan<byte>(), actual.GetTensorDataAsSpan<byte>());
                break;
            case (OutputKind.Labels, TensorElementType.Int32):
                AddLabels(expected.GetTensorDataAsSpan<int>(), actual.GetTensorDataAsSpan<int>());
                break;
            case (OutputKind.Labels, _):
                AddLabels(expected.GetTensorDataAsSpan<long>(), actual.GetTensorDataAsSpan<long>());
                break;
            default:
                AddScores(expected, actual);
                break;
        }
    }

    private void AddLabels<T>(ReadOnlySpan<T> expected, ReadOnlySpan<T> actual)
        where T : IEquatable<T>
    {
        places += expected.Length;
        for (var i = 0; i < expected.Length; i++)
        {
            changed += expected[i].Equals(actual[i]) ? 0 : 1;
        }
    }

    private void AddScores(OrtValue expected, OrtValue actual)
    {
        var before = expected.GetTensorDataAsSpan<float>();
        var after = actual.GetTensorDataAsSpan<float>();
        for (var i = 0; i < before.Length; i++)
        {
            var difference = (double)after[i] - before[i];
            error += difference * difference;
            signal += (double)before[i] * before[i];
        }

        var classes = (int)expected.GetTensorTypeAndShape().Shape[output.Layout == TensorLayout.Nchw ? 1 : 3];
        AddLabels<int>(LabelsOf(before, classes), LabelsOf(after, classes));
    }

    // Planes follow one another in NCHW; in NHWC the scores of a place do.
    private int[] LabelsOf(ReadOnlySpan<float> scores, int classes)
    {
        var labels = new int[scores.Length / classes];
        var (nextClass, nextPlace) = output.Layout == TensorLayout.Nchw ? (labels.Length, 1) : (1, classes);
        for (var place = 0; place < labels.Length; place++)
        {
            var (best, at) = (0, place * nextPlace);
            for (var label = 1; label < classes; label++)
            {
                best = scores[at + (label * nextClass)] > scores[at + (best * nextClass)] ? label : best;
            }

            labels[place] = best;
        }

        return labels;
    }
}
