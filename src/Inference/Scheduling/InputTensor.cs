using System.Buffers;
using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;

namespace FcnService.Inference.Scheduling;

/// <summary>A network's input for one photo, in pooled memory. Dispose it once, when no run reads it any more.</summary>
public sealed class InputTensor : IDisposable
{
    private IMemoryOwner<float>? values;

    /// <summary>Creates a tensor whose values are not set yet.</summary>
    /// <param name="size">The input's size in pixels.</param>
    public InputTensor(ImageSize size)
        : this(size, ImageBuffers.FloatMemory)
    {
    }

    /// <summary>Creates a tensor whose values are not set yet, in memory that the device of its network reads.</summary>
    /// <param name="size">The input's size in pixels.</param>
    /// <param name="memory">Where it is.</param>
    internal InputTensor(ImageSize size, MemoryPool<float> memory)
    {
        Size = size;
        values = memory.Rent(Length);
    }

    /// <summary>The input's size in pixels.</summary>
    public ImageSize Size { get; }

    /// <summary>Three values a pixel, in the model's layout.</summary>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public Memory<float> Values
    {
        get
        {
            ObjectDisposedException.ThrowIf(values is null, this);
            return values.Memory[..Length];
        }
    }

    private int Length => checked((int)(Size.Pixels * RgbImage.BytesPerPixel));

    /// <summary>Gives the memory back to its pool.</summary>
    public void Dispose() => Interlocked.Exchange(ref values, null)?.Dispose();
}
