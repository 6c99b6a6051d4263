using System.Net;
using System.Text.Json;

namespace FcnService.Client;

/// <summary>The service's refusal, as the problem (RFC 9457) that it answered. docs/errors.md lists the types.</summary>
public sealed class SegmentationException : Exception
{
    private SegmentationException(HttpStatusCode status, Problem problem, TimeSpan? retryAfter)
        : base($"{problem.Title} {problem.Detail}".Trim())
    {
        Status = status;
        Type = problem.Type ?? "about:blank";
        Title = problem.Title;
        Detail = problem.Detail;
        TraceId = problem.TraceId;
        RetryAfter = retryAfter;
    }

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>What kind of problem it is, such as <c>/problems/undecodable-image</c>; <c>about:blank</c> if the answer does not say.</summary>
    public string Type { get; }

    /// <summary>The kind in words.</summary>
    public string? Title { get; }

    /// <summary>What went wrong this time.</summary>
    public string? Detail { get; }

    /// <summary>By what the service's log has the request.</summary>
    public string? TraceId { get; }

    /// <summary>When to ask again, from now, where the service said so.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether the same request may be answered later: 429, 502 (a proxy that found nobody) and 503.</summary>
    internal bool IsTemporary => Status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable;

    internal static async Task<SegmentationException> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var problem = await ReadProblemAsync(response, cancellation).ConfigureAwait(false)
            ?? new Problem(Type: null, $"The answer is {(int)response.StatusCode} {response.ReasonPhrase}.", Detail: null, TraceId: null);
        return new SegmentationException(response.StatusCode, problem, RetryAfterOf(response));
    }

    // A proxy on the way answers with something else than a problem.
    private static async Task<Problem?> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return null;
        }

        try
        {
            using var content = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            return await JsonSerializer.DeserializeAsync(content, Json.Default.Problem, cancellation).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static TimeSpan? RetryAfterOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > DateTimeOffset.UtcNow ? date - DateTimeOffset.UtcNow : TimeSpan.Zero,
        _ => null,
    };
}

/// <summary>A problem as JSON.</summary>
internal sealed record Problem(string? Type, string? Title, string? Detail, string? TraceId);
