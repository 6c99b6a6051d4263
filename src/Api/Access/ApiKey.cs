using System.Security.Cryptography;
using System.Threading.RateLimiting;

namespace FcnService.Api.Access;

/// <summary>A key's name, hash and, where it has a limit, the requests that it has left.</summary>
internal sealed class ApiKey : IDisposable
{
    private readonly byte[] hash;
    private readonly TokenBucketRateLimiter? limiter;

    public ApiKey(KeyOptions options)
    {
        (Name, RequestsPerMinute, hash) = (options.Name, options.RequestsPerMinute, options.HashBytes);
        limiter = RequestsPerMinute is not { } requests ? null : new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = requests,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / requests,
            // Refilled when it is asked: no timer ticks for keys that nobody uses.
            AutoReplenishment = false,
        });
    }

    /// <summary>Who holds it.</summary>
    public string Name { get; }

    /// <summary>Its limit, or null if it has none.</summary>
    public int? RequestsPerMinute { get; }

    /// <summary>Compares in constant time.</summary>
    public bool HasHash(ReadOnlySpan<byte> other) => CryptographicOperations.FixedTimeEquals(hash, other);

    /// <summary>Takes one of the requests that the key has left.</summary>
    /// <exception cref="RateLimitedException">There is none.</exception>
    public void Use()
    {
        if (limiter is null)
        {
            return;
        }

        limiter.TryReplenish();
        using var lease = limiter.AttemptAcquire();
        if (!lease.IsAcquired)
        {
            lease.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter);
            throw new RateLimitedException(this, retryAfter);
        }
    }

    public void Dispose() => limiter?.Dispose();
}
