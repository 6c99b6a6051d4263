using System.Buffers.Binary;
using System.Text;
using FcnService.Inference.Labels;

namespace FcnService.Inference.Answers;

/// <summary>Arrays as NumPy stores them: the .npy format, version 1.0 (numpy.lib.format in NumPy's reference), in C order.</summary>
internal static class NumpyFormat
{
    // Magic, version and the length of the description; all of it together is a multiple of 64 bytes, as the format asks for.
    private const int PrefixBytes = 10;
    private const int Alignment = 64;

    /// <summary>Writes the labels as uint8, height × width.</summary>
    public static void Write(ClassMap labels, MemoryStream output)
    {
        var header = Header("|u1", labels.Size.Height, labels.Size.Width);
        output.Capacity = header.Length + labels.Labels.Length;
        output.Write(header);
        output.Write(labels.Labels);
    }

    /// <summary>What comes before the elements.</summary>
    /// <param name="elementType">NumPy's name of their type, as in "|u1".</param>
    /// <param name="shape">The dimensions, two or more.</param>
    public static byte[] Header(string elementType, params IReadOnlyList<int> shape)
    {
        var description = $"{{'descr': '{elementType}', 'fortran_order': False, 'shape': ({string.Join(", ", shape)}), }}";
        var length = (PrefixBytes + description.Length + 1 + Alignment - 1) / Alignment * Alignment;
        var header = new byte[length];
        ReadOnlySpan<byte> magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];
        magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(magic.Length), (ushort)(length - PrefixBytes));
        header.AsSpan(PrefixBytes).Fill((byte)' ');
        Encoding.ASCII.GetBytes(description, header.AsSpan(PrefixBytes));
        header[^1] = (byte)'\n';
        return header;
    }
}
