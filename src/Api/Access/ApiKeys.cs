using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Access;

/// <summary>The keys that open the service. It holds their hashes; a key itself is seen only while it is compared.</summary>
internal sealed class ApiKeys(IOptions<AccessOptions> options) : IDisposable
{
    /// <summary>The header of a key.</summary>
    public const string Header = "X-Api-Key";

    /// <summary>The authorization scheme of a key, for clients that know no other header.</summary>
    public const string Scheme = "Bearer";

    private readonly ApiKey[] keys = [.. options.Value.Keys.Select(key => new ApiKey(key))];

    /// <summary>Whether a key is wanted at all.</summary>
    public bool AreWanted => keys.Length > 0;

    /// <summary>The key that a request shows, or null if it shows none.</summary>
    public static string? Read(IHeaderDictionary headers)
    {
        if (headers.TryGetValue(Header, out var key) && key.ToString() is { Length: > 0 } shown)
        {
            return shown;
        }

        return headers.Authorization.ToString().Split(' ', 2, StringSplitOptions.TrimEntries) is [var scheme, { Length: > 0 } credentials]
            && scheme.Equals(Scheme, StringComparison.OrdinalIgnoreCase)
                ? credentials
                : null;
    }

    /// <summary>Finds the key, in a time that tells neither which one it is nor how much of it is right.</summary>
    /// <returns>Null if it is none of the service's.</returns>
    public ApiKey? Find(string shown)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(shown));
        ApiKey? found = null;
        foreach (var key in keys)
        {
            // Every key is compared, also after the right one.
            found = key.HasHash(hash) ? key : found;
        }

        return found;
    }

    public void Dispose()
    {
        foreach (var key in keys)
        {
            key.Dispose();
        }
    }
}
