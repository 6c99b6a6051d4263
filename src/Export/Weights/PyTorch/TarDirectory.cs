using System.Text;

namespace FcnService.Export.Weights.PyTorch;

/// <summary>
/// The members of a tar archive, each a range of the file. .NET's own TarReader does not tell where a member lies. Source: the ustar
/// format of POSIX.1-1988.
/// </summary>
internal static class TarDirectory
{
    private const int BlockBytes = 512;
    private const int NameBytes = 100;
    private const int MagicStart = 257;

    /// <summary>Whether a file that begins so is an archive.</summary>
    public static bool Begins(ReadOnlySpan<byte> head) =>
        head.Length >= BlockBytes && head.Slice(MagicStart, 5).SequenceEqual("ustar"u8);

    /// <summary>Finds the regular members.</summary>
    /// <returns>By name: where the member's bytes lie in the file, and how many they are.</returns>
    /// <exception cref="InvalidDataException">It is not a sound archive.</exception>
    public static Dictionary<string, (long Offset, long Length)> Read(FileBytes file)
    {
        var members = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        Span<byte> header = stackalloc byte[BlockBytes];
        for (var position = 0L; position < file.Length;)
        {
            file.ReadAt(position, header);
            if (header.IndexOfAnyExcept((byte)0) < 0)
            {
                // Empty blocks fill the archive up.
                break;
            }

            RefuseUnsound(header, position);
            var name = TextOf(header[..NameBytes]);
            ArchivePath.RefuseOutside(name);
            position += BlockBytes;
            var length = OctalOf(header.Slice(124, 12), name);
            if (length > file.Length - position)
            {
                throw new InvalidDataException(
                    $"its entry {name.Quoted()} says that it has {length} bytes; expected at most {file.Length - position}");
            }

            var isRegular = header[156] is 0 or (byte)'0';
            if (isRegular && !members.TryAdd(name, (position, length)))
            {
                throw new InvalidDataException($"it has entry {name.Quoted()} twice; expected every name once");
            }

            position += (length + BlockBytes - 1) / BlockBytes * BlockBytes;
        }

        return members;
    }

    private static void RefuseUnsound(ReadOnlySpan<byte> header, long position)
    {
        // The sum of all bytes, with spaces where it stands itself.
        const int ChecksumStart = 148;
        const int ChecksumBytes = 8;
        var sum = (long)' ' * ChecksumBytes;
        for (var i = 0; i < header.Length; i++)
        {
            sum += i is >= ChecksumStart and < ChecksumStart + ChecksumBytes ? 0 : header[i];
        }

        var stated = OctalOf(header.Slice(ChecksumStart, ChecksumBytes), $"at byte {position}");
        if (stated != sum)
        {
            throw new InvalidDataException($"its entry at byte {position} has checksum {stated}; expected {sum}");
        }
    }

    private static long OctalOf(ReadOnlySpan<byte> field, string entry)
    {
        var number = 0L;
        foreach (var digit in field.Trim(" \0"u8))
        {
            number = digit is >= (byte)'0' and <= (byte)'7'
                ? number * 8 + (digit - '0')
                : throw new InvalidDataException($"its entry {entry.Quoted()} has a number that is not octal");
        }

        return number;
    }

    private static string TextOf(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? field : field[..end]);
    }
}
