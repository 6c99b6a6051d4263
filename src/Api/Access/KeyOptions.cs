using System.Security.Cryptography;

namespace FcnService.Api.Access;

/// <summary>A key, known by its hash: an entry of Access:Keys.</summary>
internal sealed class KeyOptions
{
    private const int MaxNameLength = 64;

    /// <summary>Who holds it, as the log shows: 1 to 64 letters, digits, dots, hyphens and underscores.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>
    /// The SHA-256 of the key's UTF-8 bytes, 64 hexadecimal digits. A plain hash is enough because keys are random and long; it would
    /// not be for a password.
    /// </summary>
    public string Hash { get; set; } = string.Empty;

    /// <summary>
    /// How many requests the key has a minute, 1 to 1,000,000: a full minute's worth at once, then as they grow back, evenly. Default:
    /// no limit.
    /// </summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>The hash's 32 bytes.</summary>
    public byte[] HashBytes => Convert.FromHexString(Hash);

    /// <summary>What is wrong with the entry, each beginning with the setting. A hash is not quoted: it may be the key itself.</summary>
    public IEnumerable<string> Faults()
    {
        if (Name.Length is 0 or > MaxNameLength || !Name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_'))
        {
            yield return $"Name is '{Name}'; expected 1 to {MaxNameLength} letters, digits, dots, hyphens and underscores.";
        }

        if (Hash.Length != 2 * SHA256.HashSizeInBytes || !Hash.All(char.IsAsciiHexDigit))
        {
            yield return $"Hash has {Hash.Length} characters; expected a SHA-256 as 64 hexadecimal digits.";
        }
        else if (HashBytes.AsSpan().SequenceEqual(SHA256.HashData([])))
        {
            yield return "Hash is that of an empty key, as an unset variable leaves it; expected the hash of a key.";
        }

        if (RequestsPerMinute is < 1 or > 1_000_000)
        {
            yield return $"RequestsPerMinute is {RequestsPerMinute}; expected 1 to 1000000, or nothing for no limit.";
        }
    }
}
