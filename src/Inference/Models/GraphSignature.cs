using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FcnService.Inference.Models;

/// <summary>The names, element types and shapes of a graph's inputs and outputs, as the ONNX file declares them.</summary>
/// <param name="Inputs">The inputs that a caller must give.</param>
/// <param name="Outputs">The outputs.</param>
public sealed record GraphSignature(IReadOnlyList<TensorSignature> Inputs, IReadOnlyList<TensorSignature> Outputs)
{
    /// <summary>Reads the signature of a loaded model.</summary>
    public static GraphSignature Of(InferenceSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return new GraphSignature(Read(session.InputMetadata), Read(session.OutputMetadata));
    }

    private static List<TensorSignature> Read(IReadOnlyDictionary<string, NodeMetadata> tensors) =>
    [
        .. tensors.Select(tensor => tensor.Value.IsTensor
            ? new TensorSignature(tensor.Key, tensor.Value.ElementDataType, tensor.Value.Dimensions)
            : new TensorSignature(tensor.Key, TensorElementType.DataTypeMax, [])),
    ];
}

/// <summary>A tensor at a graph's edge.</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="ElementType">What its elements are.</param>
/// <param name="Shape">Its dimensions; −1 where the graph leaves one open.</param>
public sealed record TensorSignature(string Name, TensorElementType ElementType, IReadOnlyList<int> Shape)
{
    /// <summary>As in "'logits' Float [?, 21, ?, ?]".</summary>
    public override string ToString() => $"'{Name}' {ElementType} [{string.Join(", ", Shape.Select(side => side < 0 ? "?" : side.ToString(System.Globalization.CultureInfo.InvariantCulture)))}]";
}
