using Microsoft.Extensions.Primitives;

namespace FcnService.Api.Batches;

/// <summary>What a batch's answers are written as, one after the other.</summary>
internal abstract class BatchAnswers
{
    /// <summary>The media type of the whole.</summary>
    public abstract string ContentType { get; }

    /// <summary>What the whole is called as a file; null for what is not kept as one.</summary>
    public virtual string? FileName => null;

    /// <summary>Whether a media type is that of many answers, not of one.</summary>
    public static bool IsContainer(StringSegment mediaType) =>
        Is(mediaType, ZipAnswers.MediaType) || mediaType.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase);

    /// <summary>Begins the answers of a request: a ZIP file if it would rather have that, and parts if it does not say.</summary>
    public static async Task<BatchAnswers> BeginAsync(HttpRequest request, Stream output, CancellationToken cancellation)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return Quality(ZipAnswers.MediaType) > Quality(MultipartAnswers.MediaType)
            ? await ZipAnswers.BeginAsync(output, cancellation)
            : new MultipartAnswers(output);

        double Quality(string type) => accepted.Where(range => Is(range.MediaType, type)).Select(range => range.Quality ?? 1).FirstOrDefault();
    }

    /// <summary>Writes an answer to its end, so that the client can have it.</summary>
    public abstract Task WriteAsync(ImageResponse answer, CancellationToken cancellation);

    /// <summary>Writes what comes after the last answer; without it, the whole is seen to be cut short.</summary>
    public abstract Task EndAsync(CancellationToken cancellation);

    private static bool Is(StringSegment mediaType, string type) => mediaType.Equals(type, StringComparison.OrdinalIgnoreCase);
}
