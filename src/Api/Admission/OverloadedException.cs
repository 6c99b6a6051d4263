using FcnService.Api.Errors;

namespace FcnService.Api.Admission;

/// <summary>Work that is refused because there is too much already.</summary>
/// <param name="detail">What is full.</param>
/// <param name="retryAfter">When there should be room again, by the measured drain rate.</param>
internal sealed class OverloadedException(string detail, TimeSpan retryAfter) : ProblemException(ProblemKind.Overloaded, detail)
{
    /// <summary>When there should be room again.</summary>
    public TimeSpan RetryAfter => retryAfter;

    /// <inheritdoc/>
    public override int? RetryAfterSeconds => (int)retryAfter.TotalSeconds;
}
