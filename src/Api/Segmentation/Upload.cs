using FcnService.Api.Errors;
using FcnService.Inference;

namespace FcnService.Api.Segmentation;

/// <summary>The bytes of one uploaded file, in pooled memory. Dispose it once.</summary>
internal sealed class Upload : IDisposable
{
    private const int FirstRent = 64 * 1024;

    private byte[]? buffer;
    private int length;

    private Upload(int capacity) => buffer = ImageBuffers.Bytes.Rent(capacity);

    /// <summary>The file.</summary>
    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

    private bool IsFull => length == buffer!.Length;

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="stream">The file as it arrives.</param>
    /// <param name="maxBytes">How many bytes it may have.</param>
    /// <param name="look">Is shown the file's beginning whenever it has doubled, from 64 KiB on, while more may come; may refuse it.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="ProblemException">There are more.</exception>
    public static async Task<Upload> ReadAsync(Stream stream, int maxBytes, Action<ReadOnlyMemory<byte>> look, CancellationToken cancellation)
    {
        var upload = new Upload(Math.Min(FirstRent, maxBytes + 1));
        try
        {
            // One byte beyond the limit is room enough to see that there are too many.
            for (; ; )
            {
                var read = await stream.ReadAsync(upload.FreeSpace(maxBytes + 1), cancellation);
                upload.length += read;
                if (read == 0)
                {
                    return upload;
                }

                if (upload.length > maxBytes)
                {
                    throw TooManyBytes(maxBytes);
                }

                if (upload.IsFull)
                {
                    look(upload.Bytes);
                }
            }
        }
        catch
        {
            upload.Dispose();
            throw;
        }
    }

    public static ProblemException TooManyBytes(int maxBytes, long? actual = null) => new(
        ProblemKind.TooManyBytes,
        $"The image has {(actual is null ? $"more than {maxBytes}" : actual)} bytes; at most {maxBytes} are allowed.");

    public void Dispose()
    {
        if (Interlocked.Exchange(ref buffer, null) is { } rented)
        {
            ImageBuffers.Bytes.Return(rented);
        }
    }

    private Memory<byte> FreeSpace(int most)
    {
        if (IsFull)
        {
            var larger = ImageBuffers.Bytes.Rent((int)Math.Min(most, 2L * length));
            Bytes.CopyTo(larger);
            ImageBuffers.Bytes.Return(buffer!);
            buffer = larger;
        }

        return buffer.AsMemory(length);
    }
}
