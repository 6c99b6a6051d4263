using FcnService.Api.Errors;

namespace FcnService.Api.Access;

/// <summary>A request that is refused because its key has none left.</summary>
/// <param name="key">The key.</param>
/// <param name="retryAfter">When the next one is there.</param>
internal sealed class RateLimitedException(ApiKey key, TimeSpan retryAfter) : ProblemException(
    ProblemKind.RateLimited,
    $"The key '{key.Name}' has {key.RequestsPerMinute} requests a minute; the next one is there in {WholeSeconds(retryAfter)} s.")
{
    /// <inheritdoc/>
    public override int? RetryAfterSeconds => WholeSeconds(retryAfter);

    private static int WholeSeconds(TimeSpan time) => Math.Max(1, (int)Math.Ceiling(time.TotalSeconds));
}
