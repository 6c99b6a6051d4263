using System.Buffers.Binary;
using System.Text;

namespace FcnService.Export.Weights;

/// <summary>Reads a part of a file from its start to its end. What is skipped is not read.</summary>
internal sealed class ByteReader
{
    private const int LargestBuffer = 16 << 10;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly FileBytes file;
    private readonly byte[] buffer;
    private long bufferStart;
    private int bufferLength;

    /// <summary>Creates a reader of the bytes from <paramref name="start"/> up to <paramref name="end"/>.</summary>
    public ByteReader(FileBytes file, long start, long end)
    {
        this.file = file;
        Position = start;
        End = end;
        buffer = new byte[Math.Min(LargestBuffer, end - start)];
    }

    /// <summary>The next byte's place in the file.</summary>
    public long Position { get; private set; }

    /// <summary>The place in the file after the last byte.</summary>
    public long End { get; private set; }

    /// <summary>The bytes that are left.</summary>
    public long Remaining => End - Position;

    /// <summary>Reads a byte.</summary>
    public byte ReadByte()
    {
        Expect(1);
        var index = Position - bufferStart;
        if (index < 0 || index >= bufferLength)
        {
            bufferStart = Position;
            bufferLength = (int)Math.Min(buffer.Length, Remaining);
            file.ReadAt(bufferStart, buffer.AsSpan(0, bufferLength));
            index = 0;
        }

        Position++;
        return buffer[index];
    }

    /// <summary>Reads as many bytes as the span takes.</summary>
    public void Read(Span<byte> destination)
    {
        Expect(destination.Length);
        if (destination.Length <= sizeof(ulong))
        {
            foreach (ref var value in destination)
            {
                value = ReadByte();
            }

            return;
        }

        file.ReadAt(Position, destination);
        Position += destination.Length;
    }

    /// <summary>Reads 4 bytes, little-endian.</summary>
    public int ReadInt32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        Read(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    /// <summary>Reads 8 bytes, little-endian.</summary>
    public long ReadInt64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        Read(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    /// <summary>Reads a number in base 128, as Protocol Buffers and .NET's BinaryWriter write it: 7 bits a byte, lowest first.</summary>
    public ulong ReadVarint()
    {
        var start = Position;
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = ReadByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                // The tenth byte has room for one bit.
                return shift < 63 || next <= 1 ? value : throw new InvalidDataException($"the number at byte {start} overflows 64 bits");
            }
        }

        throw new InvalidDataException($"the number at byte {start} has more than 10 bytes; expected at most 10");
    }

    /// <summary>Reads a length that must fit into what is left.</summary>
    public long ReadLength()
    {
        var start = Position;
        var length = ReadVarint();
        return length <= (ulong)Remaining
            ? (long)length
            : throw new InvalidDataException($"the length at byte {start} is {length}; expected at most {Remaining}, which are left");
    }

    /// <summary>Reads UTF-8 text.</summary>
    /// <param name="length">Its bytes.</param>
    public string ReadText(long length)
    {
        Expect(length);
        if (length > Array.MaxLength)
        {
            throw new InvalidDataException($"the text at byte {Position} has {length} bytes; expected at most {Array.MaxLength}");
        }

        var start = Position;
        var bytes = length <= 256 ? stackalloc byte[(int)length] : new byte[length];
        Read(bytes);
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw new InvalidDataException($"the text at byte {start} is not valid UTF-8", error);
        }
    }

    /// <summary>Goes on after the next bytes.</summary>
    public void Skip(long count)
    {
        Expect(count);
        Position += count;
    }

    /// <summary>Lets the reader end after the next bytes.</summary>
    /// <param name="length">The bytes.</param>
    /// <returns>The end until now, for <see cref="Leave"/>.</returns>
    public long Enter(long length)
    {
        Expect(length);
        var outer = End;
        End = Position + length;
        return outer;
    }

    /// <summary>Goes to the end that <see cref="Enter"/> set, and back to the end before it.</summary>
    public void Leave(long outer)
    {
        Position = End;
        End = outer;
    }

    private void Expect(long count)
    {
        if (count < 0 || count > Remaining)
        {
            throw new InvalidDataException($"it ends at byte {End}; expected {count} bytes from byte {Position} on");
        }
    }
}
