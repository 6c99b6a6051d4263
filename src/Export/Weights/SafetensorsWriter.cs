using System.Buffers.Binary;
using System.Text.Json;

namespace FcnService.Export.Weights;

/// <summary>Writes tensors as safetensors. Source: see <see cref="Safetensors"/>.</summary>
public static class SafetensorsWriter
{
    // Tensors begin at a multiple of this, as the format's own implementation writes them; spaces fill the header up.
    private const int Alignment = 8;

    /// <summary>Writes the file; it appears under its name only when it is complete.</summary>
    /// <param name="path">The file; one that exists is replaced. Its folder must exist.</param>
    /// <param name="tensors">The tensors, in the order of the file; their names are unique.</param>
    /// <exception cref="ExportException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        AtomicFile.Write(path, stream =>
        {
            var header = Header(tensors);
            Span<byte> length = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var tensor in tensors)
            {
                stream.Write(tensor.Data.Span);
            }
        });
    }

    private static byte[] Header(IReadOnlyList<Tensor> tensors)
    {
        var entries = new Dictionary<string, object>();
        var position = 0L;
        foreach (var tensor in tensors)
        {
            var end = position + tensor.Data.Length;
            entries.Add(tensor.Name, new { dtype = "F32", shape = tensor.Shape.Dimensions, data_offsets = new[] { position, end } });
            position = end;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(entries);
        var padded = new byte[(json.Length + Alignment - 1) / Alignment * Alignment];
        padded.AsSpan().Fill((byte)' ');
        json.CopyTo(padded, 0);
        return padded;
    }
}
