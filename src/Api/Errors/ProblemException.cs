namespace FcnService.Api.Errors;

/// <summary>A request that cannot be served, for a reason that the caller is told.</summary>
/// <param name="kind">The kind of failure.</param>
/// <param name="detail">What went wrong this time: what, where, what was expected.</param>
internal class ProblemException(ProblemKind kind, string detail) : Exception(detail)
{
    /// <summary>The kind of failure.</summary>
    public ProblemKind Kind => kind;

    /// <summary>When asking again makes sense, in whole seconds; null if it does not, or nobody knows.</summary>
    public virtual int? RetryAfterSeconds => kind == ProblemKind.NotReady ? 1 : null;
}
