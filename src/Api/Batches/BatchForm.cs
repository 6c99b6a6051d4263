using FcnService.Api.Errors;
using FcnService.Api.Segmentation;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace FcnService.Api.Batches;

/// <summary>The images of a form, one after the other as they arrive.</summary>
internal sealed class BatchForm
{
    private readonly MultipartReader form;
    private readonly int maxImages;
    private int images;

    private BatchForm(MultipartReader form, int maxImages)
    {
        this.form = form;
        this.maxImages = maxImages;
    }

    /// <summary>Opens the form in a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="maxImages">How many images it may have.</param>
    /// <param name="maxImageBytes">How many bytes each may have.</param>
    /// <exception cref="ProblemException">It has none.</exception>
    public static BatchForm Open(HttpRequest request, int maxImages, int maxImageBytes)
    {
        UploadReader.RefuseEmpty(request);
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw new ProblemException(
                ProblemKind.UnsupportedMediaType,
                $"The request's media type is '{request.ContentType}'; expected multipart/form-data with a field '{UploadReader.Field}' for each "
                + "image.");
        }

        // Each image's bytes are counted as it is read; this is for what stands between them, and for the rest of refused ones.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = maxImages * ((long)maxImageBytes + UploadReader.OverheadBytes);
        }

        return new BatchForm(new MultipartReader(UploadReader.BoundaryOf(type), request.Body), maxImages);
    }

    /// <summary>Finds the next image. The one before must have been read, or given up; what is left of it is skipped.</summary>
    /// <returns>Null after the last.</returns>
    /// <exception cref="ProblemException">The form is broken, or there are too many images.</exception>
    public async Task<BatchImage?> NextAsync(CancellationToken cancellation)
    {
        try
        {
            while (await form.ReadNextSectionAsync(cancellation) is { } section)
            {
                var disposition = section.GetContentDispositionHeader();
                if (disposition?.Name.Value?.Trim('"') != UploadReader.Field)
                {
                    continue;
                }

                if (++images > maxImages)
                {
                    throw new ProblemException(
                        ProblemKind.TooManyImages, $"The form has more than {maxImages} images; those after them are not read.");
                }

                var name = disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName);
                return new BatchImage(name.Value, new PartBody(section.Body));
            }

            return images > 0
                ? null
                : throw new ProblemException(ProblemKind.MissingImage, $"The form has no field '{UploadReader.Field}'; expected one for each image.");
        }
        catch (Exception error) when (PartBody.IsMalformed(error))
        {
            throw PartBody.Malformed(error);
        }
    }
}

/// <summary>An image of a form.</summary>
/// <param name="FileName">What the client calls it, which may be anything; null if it does not say.</param>
/// <param name="Body">Its bytes as they arrive.</param>
internal sealed record BatchImage(string? FileName, PartBody Body);
