using System.Buffers.Binary;

namespace FcnService.Export.Weights.PyTorch;

/// <summary>
/// The entries of a zip archive as torch.save writes it: stored, not compressed, so that an entry is a range of the file. .NET's own
/// ZipArchive does not tell where an entry lies, and believes what it says about its length. Source: PKWARE's APPNOTE.TXT, 4.3 and 4.5.
/// Checksums are not compared: torch.save can leave them out, and torch.load does not ask for them.
/// </summary>
internal static class ZipDirectory
{
    private const uint LocalSignature = 0x04034B50;
    private const uint EntrySignature = 0x02014B50;
    private const uint EndSignature = 0x06054B50;
    private const uint End64Signature = 0x06064B50;
    private const uint Locator64Signature = 0x07064B50;

    private const int LocalBytes = 30;
    private const int EntryBytes = 46;
    private const int EndBytes = 22;
    private const int End64Bytes = 56;
    private const int Locator64Bytes = 20;
    private const int LongestComment = ushort.MaxValue;

    /// <summary>In a field of 4 bytes: the number is elsewhere, in 8 bytes.</summary>
    private const uint Elsewhere = uint.MaxValue;

    /// <summary>An entry's name takes at least one byte more than its record.</summary>
    private const int LeastBytesPerEntry = EntryBytes + LocalBytes + 1;

    /// <summary>Finds the entries.</summary>
    /// <param name="file">The archive.</param>
    /// <returns>By name: where the entry's bytes lie in the file, and how many they are.</returns>
    /// <exception cref="InvalidDataException">It is not a sound archive of stored entries.</exception>
    public static Dictionary<string, (long Offset, long Length)> Read(FileBytes file)
    {
        var (start, length, count) = FindDirectory(file);
        if (count > file.Length / LeastBytesPerEntry)
        {
            throw new InvalidDataException($"it says that it has {count} entries; expected at most {file.Length / LeastBytesPerEntry}");
        }

        var entries = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        var directory = new ByteReader(file, start, start + length);
        for (var i = 0L; i < count; i++)
        {
            var (name, offset, size) = ReadEntry(directory);
            ArchivePath.RefuseOutside(name);
            if (!entries.TryAdd(name, (FindData(file, name, offset, size, start), size)))
            {
                throw new InvalidDataException($"it has entry {name.Quoted()} twice; expected every name once");
            }
        }

        return entries;
    }

    private static (long Start, long Length, long Count) FindDirectory(FileBytes file)
    {
        var tail = new byte[Math.Min(file.Length, EndBytes + LongestComment)];
        file.ReadAt(file.Length - tail.Length, tail);
        for (var i = tail.Length - EndBytes; i >= 0; i--)
        {
            var end = tail.AsSpan(i);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) == EndSignature
                && BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) == end.Length - EndBytes)
            {
                return ReadEnd(file, file.Length - tail.Length + i, end);
            }
        }

        throw new InvalidDataException("it has no end of a zip directory; expected one: the file may be truncated");
    }

    private static (long Start, long Length, long Count) ReadEnd(FileBytes file, long position, ReadOnlySpan<byte> end)
    {
        long count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        long start = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        if (start == Elsewhere || length == Elsewhere || count == ushort.MaxValue)
        {
            (position, start, length, count) = ReadEnd64(file, position);
        }

        return start >= 0 && length >= 0 && count >= 0 && start <= position - length
            ? (start, length, count)
            : throw new InvalidDataException(
                $"it says that its directory is {length} bytes from byte {start} on; expected a range before byte {position}");
    }

    private static (long Position, long Start, long Length, long Count) ReadEnd64(FileBytes file, long end)
    {
        if (end < Locator64Bytes + End64Bytes)
        {
            throw new InvalidDataException("it refers to a zip64 directory that is not there");
        }

        var locator = new ByteReader(file, end - Locator64Bytes, end);
        var isLocator = (uint)locator.ReadInt32() == Locator64Signature;
        locator.Skip(sizeof(int));
        var position = locator.ReadInt64();
        if (!isLocator || position < 0 || position > end - Locator64Bytes - End64Bytes)
        {
            throw new InvalidDataException("it refers to a zip64 directory that is not there");
        }

        var record = new ByteReader(file, position, position + End64Bytes);
        if ((uint)record.ReadInt32() != End64Signature)
        {
            throw new InvalidDataException("it refers to a zip64 directory that is not there");
        }

        record.Skip(28);
        var count = record.ReadInt64();
        var length = record.ReadInt64();
        return (position, record.ReadInt64(), length, count);
    }

    private static (string Name, long Offset, long Size) ReadEntry(ByteReader directory)
    {
        Span<byte> entry = stackalloc byte[EntryBytes];
        directory.Read(entry);
        if (BinaryPrimitives.ReadUInt32LittleEndian(entry) != EntrySignature)
        {
            throw new InvalidDataException(
                $"its directory has something else at byte {directory.Position - EntryBytes}; expected an entry");
        }

        var flags = BinaryPrimitives.ReadUInt16LittleEndian(entry[8..]);
        var method = BinaryPrimitives.ReadUInt16LittleEndian(entry[10..]);
        long compressed = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]);
        long size = BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(entry[42..]);
        var name = directory.ReadText(BinaryPrimitives.ReadUInt16LittleEndian(entry[28..]));

        var outer = directory.Enter(BinaryPrimitives.ReadUInt16LittleEndian(entry[30..]));
        ReadExtra(directory, ref size, ref compressed, ref offset);
        directory.Leave(outer);
        directory.Skip(BinaryPrimitives.ReadUInt16LittleEndian(entry[32..]));

        const int Encrypted = 1;
        if (method != 0 || (flags & Encrypted) != 0)
        {
            throw new InvalidDataException(
                $"its entry {name.Quoted()} is compressed or encrypted (method {method}, flags {flags}); expected stored bytes");
        }

        return compressed == size
            ? (name, offset, size)
            : throw new InvalidDataException(
                $"its entry {name.Quoted()} says that it has {size} bytes, stored in {compressed}; expected as many of both");
    }

    /// <summary>Reads the numbers that did not fit into 4 bytes, which are there in this order.</summary>
    private static void ReadExtra(ByteReader extra, ref long size, ref long compressed, ref long offset)
    {
        const int Zip64 = 1;
        const int HeaderBytes = 4;
        while (extra.Remaining >= HeaderBytes)
        {
            var header = (uint)extra.ReadInt32();
            var outer = extra.Enter(header >> 16);
            if ((header & 0xFFFF) == Zip64)
            {
                size = size == Elsewhere ? extra.ReadInt64() : size;
                compressed = compressed == Elsewhere ? extra.ReadInt64() : compressed;
                offset = offset == Elsewhere ? extra.ReadInt64() : offset;
            }

            extra.Leave(outer);
        }
    }

    /// <summary>Finds an entry's bytes by its local header, which must say the same as the directory.</summary>
    private static long FindData(FileBytes file, string name, long offset, long size, long directoryStart)
    {
        if (offset < 0 || offset > directoryStart - LocalBytes)
        {
            throw new InvalidDataException($"its entry {name.Quoted()} begins at byte {offset}; expected a place before the directory");
        }

        var local = new ByteReader(file, offset, directoryStart);
        Span<byte> header = stackalloc byte[LocalBytes];
        local.Read(header);
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalSignature || local.ReadText(nameLength) != name)
        {
            throw new InvalidDataException($"its entry {name.Quoted()} is not what lies at byte {offset}, where the directory puts it");
        }

        local.Skip(BinaryPrimitives.ReadUInt16LittleEndian(header[28..]));

        // A length of 0 beside flag 8 is written after the bytes.
        const int LengthFollows = 8;
        var stated = BinaryPrimitives.ReadUInt32LittleEndian(header[22..]);
        var follows = (BinaryPrimitives.ReadUInt16LittleEndian(header[6..]) & LengthFollows) != 0 && stated == 0;
        if ((!follows && stated != Elsewhere && stated != size) || size < 0 || size > local.Remaining)
        {
            throw new InvalidDataException(
                $"its entry {name.Quoted()} says that it has {size} bytes; expected {Math.Min(stated, local.Remaining)}");
        }

        return local.Position;
    }
}
