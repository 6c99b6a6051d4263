using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FcnService.Export.BatchSegmentation;

/// <summary>
/// One of the parts that a folder's photos fall into, each into exactly one, by a hash of their paths: which part has a photo does not
/// depend on the machine, on the order of the files, or on the other photos.
/// </summary>
/// <param name="Index">Which part, 0 to <paramref name="Count"/> − 1, as Kubernetes counts the pods of an Indexed Job.</param>
/// <param name="Count">How many parts there are, at least 1.</param>
internal readonly record struct Shard(int Index, int Count)
{
    /// <summary>The one part that has everything.</summary>
    public static Shard Whole { get; } = new(0, 1);

    /// <summary>Reads "3/16".</summary>
    /// <returns>The part, or null if the text is none.</returns>
    public static Shard? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split('/') is [var index, var count] && Read(index) is { } i && Read(count) is { } n && i < n ? new Shard(i, n) : null;
    }

    /// <summary>Whether a photo falls into this part.</summary>
    /// <param name="path">Its path in the folder, with slashes on every system.</param>
    public bool Contains(string path)
    {
        // The first eight bytes are as good as random, whatever the names have in common.
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(path), hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash) % (ulong)Count == (ulong)Index;
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => FormattableString.Invariant($"{Index}/{Count}");

    private static int? Read(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
