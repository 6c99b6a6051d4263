using Microsoft.Win32.SafeHandles;

namespace FcnService.Export.Weights;

/// <summary>An open file, read at the places that are asked for; none of it is kept.</summary>
internal sealed class FileBytes : IDisposable
{
    private readonly SafeFileHandle handle;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="NotSupportedException">It is no regular file, such as a pipe.</exception>
    public FileBytes(string path)
    {
        handle = File.OpenHandle(path);
        try
        {
            Length = RandomAccess.GetLength(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The bytes that the file has.</summary>
    public long Length { get; }

    /// <summary>Reads as many bytes as the span takes.</summary>
    /// <param name="offset">Where, in bytes from the file's start.</param>
    /// <param name="destination">Takes the bytes.</param>
    /// <exception cref="InvalidDataException">The file ends before.</exception>
    public void ReadAt(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            var count = RandomAccess.Read(handle, destination, offset);
            if (count == 0)
            {
                throw new InvalidDataException($"it ends at byte {offset}; expected {destination.Length} bytes more");
            }

            destination = destination[count..];
            offset += count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();
}
