using System.Globalization;
using FcnService.Api.Errors;
using FcnService.Api.Segmentation;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace FcnService.Api.OpenInference;

/// <summary>Reads the body of an inference request, within its limit. Its media type does not matter: clients of the protocol differ in it.</summary>
internal sealed class InferenceBodyReader(IOptions<OpenInferenceOptions> options)
{
    /// <summary>The header of the binary data extension: how many bytes of a body are JSON.</summary>
    public const string JsonLengthHeader = "Inference-Header-Content-Length";

    private int MaxBytes => options.Value.MaxBodyBytes;

    /// <summary>The bytes that a request's body may take: those announced, within the limit.</summary>
    public long LongestLength(HttpRequest request) => Math.Min(request.ContentLength ?? MaxBytes, MaxBytes);

    /// <summary>Reads the body.</summary>
    /// <param name="request">Whose.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="ProblemException">It is too large, compressed, or shorter than its JSON is said to be.</exception>
    public async Task<InferenceBody> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        RefuseCompressed(request.Headers);
        LimitLength(request);
        var bytes = await ReadBytesAsync(request.Body, cancellation);
        try
        {
            return new InferenceBody(bytes, JsonLength(request.Headers, bytes.Bytes.Length));
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    private async Task<Upload> ReadBytesAsync(Stream body, CancellationToken cancellation)
    {
        try
        {
            return await Upload.ReadAsync(body, MaxBytes, look: _ => { }, cancellation);
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooManyBytes($"more than {MaxBytes}");
        }
    }

    // An announced length is refused before a byte is read. Without one the server counts, and ends the reading.
    private void LimitLength(HttpRequest request)
    {
        if (request.ContentLength > MaxBytes)
        {
            throw TooManyBytes($"{request.ContentLength}");
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBytes;
        }
    }

    private ProblemException TooManyBytes(string actual) =>
        new(ProblemKind.TooManyBytes, $"The body has {actual} bytes; at most {MaxBytes} are allowed.");

    // What a few compressed bytes become cannot be admitted by their length.
    private static void RefuseCompressed(IHeaderDictionary headers)
    {
        var encoding = headers[HeaderNames.ContentEncoding].ToString();
        if (encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new ProblemException(
                ProblemKind.UnsupportedMediaType, $"The body's Content-Encoding is '{encoding}'; expected a body that is not compressed.");
        }
    }

    private static int JsonLength(IHeaderDictionary headers, int bodyLength)
    {
        if (!headers.TryGetValue(JsonLengthHeader, out var value))
        {
            return bodyLength;
        }

        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length >= 1 && length <= bodyLength
            ? length
            : throw new InvalidInferenceRequestException(
                $"The header {JsonLengthHeader} is '{value}'; expected the length of the JSON in bytes, 1 to the body's {bodyLength}.");
    }
}
