using FcnService.Api.Errors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace FcnService.Api.Segmentation;

/// <summary>Takes the image out of a request, as it arrives and without touching the disk: from the form's field, or the body itself.</summary>
internal sealed class UploadReader(IOptions<SegmentationOptions> options)
{
    /// <summary>The form's field.</summary>
    public const string Field = "image";

    /// <summary>What a body may hold besides the image, in bytes: boundaries, headers, other small fields.</summary>
    public const int OverheadBytes = 64 * 1024;

    private int MaxBytes => options.Value.MaxImageBytes;

    /// <summary>Refuses a request that announces that it has no body.</summary>
    /// <exception cref="ProblemException">It does.</exception>
    public static void RefuseEmpty(HttpRequest request)
    {
        if (request.ContentLength is 0 || request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            throw new ProblemException(ProblemKind.MissingImage, $"The body is empty; expected an image, or a form with the field '{Field}'.");
        }
    }

    /// <summary>The boundary of a form.</summary>
    /// <exception cref="ProblemException">There is none.</exception>
    public static string BoundaryOf(MediaTypeHeaderValue type)
    {
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary);
        return boundary.Length is > 0 and <= 70
            ? boundary.Value!
            : throw new ProblemException(ProblemKind.MalformedBody, "The Content-Type multipart/form-data has no boundary of 1 to 70 characters.");
    }

    /// <summary>The bytes that a request's image may take: those announced, within the limit.</summary>
    public long LongestLength(HttpRequest request) => Math.Min(request.ContentLength ?? MaxBytes, MaxBytes);

    /// <summary>Reads the image.</summary>
    /// <param name="request">What holds it.</param>
    /// <param name="look">Is shown the image's beginning as it arrives, and may refuse it.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="ProblemException">There is no image, it is too large, or the body is not of a kind that holds one.</exception>
    public async Task<Upload> ReadAsync(HttpRequest request, Action<ReadOnlyMemory<byte>> look, CancellationToken cancellation)
    {
        RefuseEmpty(request);
        var upload = MediaTypeHeaderValue.TryParse(request.ContentType, out var type) switch
        {
            true when type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) => await ReadFormAsync(request, type, look, cancellation),
            true when type.Type.Equals("image", StringComparison.OrdinalIgnoreCase)
                || type.MediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase) => await ReadBodyAsync(request, look, cancellation),
            _ => throw new ProblemException(
                ProblemKind.UnsupportedMediaType,
                $"The request's media type is '{request.ContentType}'; expected multipart/form-data, image/* or application/octet-stream."),
        };
        if (upload.Bytes.IsEmpty)
        {
            upload.Dispose();
            throw new ProblemException(ProblemKind.MissingImage, "The image is empty; expected a file with at least one byte.");
        }

        return upload;
    }

    private Task<Upload> ReadBodyAsync(HttpRequest request, Action<ReadOnlyMemory<byte>> look, CancellationToken cancellation)
    {
        LimitBody(request, announcedBytes: MaxBytes);
        return Upload.ReadAsync(request.Body, MaxBytes, look, cancellation);
    }

    private async Task<Upload> ReadFormAsync(
        HttpRequest request, MediaTypeHeaderValue type, Action<ReadOnlyMemory<byte>> look, CancellationToken cancellation)
    {
        LimitBody(request, announcedBytes: MaxBytes + OverheadBytes);
        var form = new MultipartReader(BoundaryOf(type), request.Body);
        try
        {
            var fields = new List<string>();
            while (await form.ReadNextSectionAsync(cancellation) is { } section)
            {
                var name = section.GetContentDispositionHeader()?.Name.Value;
                if (name?.Trim('"') == Field)
                {
                    return await Upload.ReadAsync(section.Body, MaxBytes, look, cancellation);
                }

                fields.Add($"'{name?.Trim('"')}'");
            }

            throw new ProblemException(
                ProblemKind.MissingImage,
                $"The form has no field '{Field}'; it has {(fields.Count == 0 ? "none" : string.Join(", ", fields.Take(10)))}.");
        }
        catch (Exception error) when (error is InvalidDataException or (IOException and not BadHttpRequestException))
        {
            throw new ProblemException(ProblemKind.MalformedBody, $"The form cannot be read: {error.Message}");
        }
    }

    // An announced length is refused before a byte is read. Without one, the image's bytes are counted as they come, and the server counts
    // the whole body.
    private void LimitBody(HttpRequest request, long announcedBytes)
    {
        if (request.ContentLength > announcedBytes)
        {
            throw Upload.TooManyBytes(MaxBytes, request.ContentLength);
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBytes + OverheadBytes;
        }
    }
}
