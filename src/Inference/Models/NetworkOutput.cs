using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FcnService.Inference.Models;

/// <summary>A network's output for one image, in ONNX Runtime's memory until every output of the same run is disposed.</summary>
public sealed class NetworkOutput : IDisposable
{
    private readonly int index;
    private SharedValues? values;

    private NetworkOutput(SharedValues values, int index, TensorElementType elementType, IReadOnlyList<long> shape)
    {
        this.values = values;
        this.index = index;
        ElementType = elementType;
        Shape = shape;
    }

    /// <summary>What the elements are.</summary>
    public TensorElementType ElementType { get; }

    /// <summary>The dimensions; the first is 1.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The elements in the order of the shape.</summary>
    /// <exception cref="ObjectDisposedException">The output has been disposed.</exception>
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(values is null, this);
        var all = values.Collection[0].GetTensorDataAsSpan<T>();
        var length = all.Length / values.Count;
        return all.Slice(index * length, length);
    }

    /// <summary>Gives the memory back, with the last output of the run.</summary>
    public void Dispose() => Interlocked.Exchange(ref values, null)?.Release();

    /// <summary>Divides the outputs of a run among its images.</summary>
    /// <param name="values">What the run gave; belongs to the outputs from now on.</param>
    /// <param name="count">The number of images.</param>
    /// <exception cref="InvalidModelException">The output does not have a part for each image.</exception>
    internal static IReadOnlyList<NetworkOutput> Split(IDisposableReadOnlyCollection<OrtValue> values, int count)
    {
        var type = values[0].GetTensorTypeAndShape();
        if (type.Shape.Length == 0 || type.Shape[0] != count)
        {
            var shape = string.Join(", ", type.Shape);
            values.Dispose();
            throw new InvalidModelException($"The network's output is [{shape}] for {count} images; expected {count} as the first dimension.");
        }

        var shared = new SharedValues(values, count);
        long[] one = [1, .. type.Shape[1..]];
        return [.. Enumerable.Range(0, count).Select(index => new NetworkOutput(shared, index, type.ElementDataType, one))];
    }

    private sealed class SharedValues(IDisposableReadOnlyCollection<OrtValue> collection, int count)
    {
        private int left = count;

        public IDisposableReadOnlyCollection<OrtValue> Collection => collection;

        public int Count { get; } = count;

        public void Release()
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                collection.Dispose();
            }
        }
    }
}
