using System.Buffers;
using FcnService.Inference.Labels;
using FcnService.Inference.Masks;

namespace FcnService.Inference.Answers;

/// <summary>Writes how sure the network is as an 8-bit grey PNG: 255 is a probability of 1, and what is not shown is 0.</summary>
internal static class ConfidencePng
{
    /// <summary>Encodes a map.</summary>
    /// <param name="confidence">How sure the network is.</param>
    /// <param name="labels">Of what.</param>
    /// <param name="selection">The classes that are shown.</param>
    /// <param name="output">Receives the file.</param>
    public static void Write(ConfidenceMap confidence, ClassMap labels, ClassSelection selection, Stream output)
    {
        var width = confidence.Size.Width;
        var buffer = ArrayPool<byte>.Shared.Rent(2 * width);
        try
        {
            var png = new PngWriter(confidence.Size, PngColour.Grey, output);
            png.WriteHeader();
            // A higher level takes several times as long on large pictures, and saves little.
            png.WritePixels(selection.IsAll ? y => confidence.Row(y) : Select, level: 3, asDifferences: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        // In turns, since the writer looks at the row before, too.
        ReadOnlySpan<byte> Select(int y)
        {
            var row = buffer.AsSpan((y % 2) * width, width);
            var values = confidence.Row(y);
            var classes = labels.Row(y);
            for (var x = 0; x < width; x++)
            {
                row[x] = selection.Keeps(classes[x]) ? values[x] : (byte)0;
            }

            return row;
        }
    }
}
