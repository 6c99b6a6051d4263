using System.Runtime.InteropServices;
using FcnService.Inference.Labels;

namespace FcnService.Inference.Answers;

/// <summary>
/// The probabilities of classes as an array of float32, classes × height × width: computed while it is written, since it takes four bytes a
/// class for every pixel.
/// </summary>
/// <param name="probabilities">What they are computed from; belongs to the array.</param>
/// <param name="labels">The classes.</param>
internal sealed class ProbabilityArray(ProbabilityMap probabilities, IReadOnlyList<byte> labels) : EncodedAnswer
{
    private const int ChunkBytes = 1 << 18;

    private readonly byte[] header = NumpyFormat.Header(
        BitConverter.IsLittleEndian ? "<f4" : ">f4", labels.Count, probabilities.Size.Height, probabilities.Size.Width);

    public override long Length => header.Length + (probabilities.Size.Pixels * labels.Count * sizeof(float));

    public override async Task CopyToAsync(Stream output, CancellationToken cancellation)
    {
        await output.WriteAsync(header, cancellation).ConfigureAwait(false);
        var size = probabilities.Size;
        var rowBytes = size.Width * sizeof(float);
        var rowsAtOnce = Math.Clamp(ChunkBytes / rowBytes, 1, size.Height);
        var buffer = ImageBuffers.Bytes.Rent(rowsAtOnce * rowBytes);
        try
        {
            foreach (var label in labels)
            {
                for (var y = 0; y < size.Height; y += rowsAtOnce)
                {
                    var chunk = buffer.AsMemory(0, Math.Min(rowsAtOnce, size.Height - y) * rowBytes);
                    probabilities.Read(label, y, MemoryMarshal.Cast<byte, float>(chunk.Span));
                    await output.WriteAsync(chunk, cancellation).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            ImageBuffers.Bytes.Return(buffer);
        }
    }

    public override void Dispose() => probabilities.Dispose();
}
