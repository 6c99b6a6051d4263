using System.Buffers.Binary;
using System.Runtime.ExceptionServices;

namespace FcnService.Inference.Imaging;

/// <summary>
/// Encodes a picture as a baseline JPEG whose restart intervals are strips of rows (ITU-T T.81, B.2.4.4 and E.1.4). A decoder starts afresh at
/// each of them, so strips can be encoded beside each other; whoever encodes them from top to bottom gets the same bytes.
/// </summary>
internal static class StripedJpeg
{
    // Fifteen rows of 16×16 pixels, chroma being stored at half the size: even at a JPEG's greatest width fewer than 65,536 of them.
    private const int StripRows = 240;

    private const int BlockSide = 16;
    private const byte StartOfFrame = 0xC0;
    private const byte RestartFirst = 0xD0;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte DefineRestartInterval = 0xDD;
    private const int Restarts = 8;

    /// <summary>Encodes a picture from top to bottom, while its pixels are computed.</summary>
    /// <param name="image">The picture; three bands of eight bits.</param>
    /// <param name="output">Receives the file.</param>
    /// <exception cref="VipsException">The pixels cannot be computed.</exception>
    public static void Write(VipsImage image, Stream output) => image.Write(
        "jpegsave_buffer", output, [.. Settings, ("restart_interval", FormattableString.Invariant($"{BlocksOfStrip(image)}"))]);

    /// <summary>Encodes a picture whose pixels can be computed in any order, on all cores.</summary>
    /// <inheritdoc cref="Write"/>
    public static void WriteInParallel(VipsImage image, Stream output)
    {
        var size = image.Size;
        var strips = new MemoryStream[(size.Height + StripRows - 1) / StripRows];
        try
        {
            Parallel.For(0, strips.Length, i => strips[i] = Encode(image, i * StripRows, Math.Min(StripRows, size.Height - (i * StripRows))));
        }
        catch (AggregateException faults)
        {
            ExceptionDispatchInfo.Throw(faults.InnerExceptions[0]);
        }

        for (var i = 0; i < strips.Length; i++)
        {
            var strip = strips[i].GetBuffer().AsSpan(0, (int)strips[i].Length);
            var scan = FindScan(strip, out var heightAt);
            if (i == 0)
            {
                BinaryPrimitives.WriteUInt16BigEndian(strip[heightAt..], (ushort)size.Height);
                output.Write(strip[..scan]);
                WriteRestartInterval(BlocksOfStrip(image), output);
                output.Write(strip[scan..^2]);
                continue;
            }

            output.Write([0xFF, (byte)(RestartFirst + ((i - 1) % Restarts))]);
            var dataAt = scan + 2 + BinaryPrimitives.ReadUInt16BigEndian(strip[(scan + 2)..]);
            output.Write(strip[dataAt..^2]);
        }

        output.Write([0xFF, EndOfImage]);
    }

    private static (string, string)[] Settings => [("Q", "85"), ("subsample_mode", "on"), ("keep", "none")];

    private static int BlocksOfStrip(VipsImage image) => (image.Size.Width + BlockSide - 1) / BlockSide * (StripRows / BlockSide);

    private static MemoryStream Encode(VipsImage image, int top, int rows)
    {
        var file = new MemoryStream();
        using var strip = image.Rows(top, rows);
        strip.Write("jpegsave_buffer", file, Settings);
        return file;
    }

    // Where the scan's header begins, and where the picture's height stands.
    private static int FindScan(ReadOnlySpan<byte> file, out int heightAt)
    {
        heightAt = 0;
        // After the start of the image, each segment has its marker and its length, which counts itself.
        for (var at = 2; at + 4 <= file.Length; at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]))
        {
            if (file[at + 1] == StartOfFrame)
            {
                heightAt = at + 5;
            }
            else if (file[at + 1] == StartOfScan && heightAt > 0)
            {
                return at;
            }
        }

        throw new InvalidOperationException("libvips wrote a JPEG that is not a baseline one.");
    }

    private static void WriteRestartInterval(int blocks, Stream output)
    {
        Span<byte> segment = [0xFF, DefineRestartInterval, 0, 4, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(segment[4..], (ushort)blocks);
        output.Write(segment);
    }
}
