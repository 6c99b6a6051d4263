namespace FcnService.Api.Errors;

/// <summary>A kind of failure: one row of the table of everything that a caller can be told went wrong.</summary>
/// <param name="Name">The last part of its type, <c>/problems/NAME</c>, which never changes.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">What went wrong, the same for every occurrence.</param>
/// <param name="Explanation">When it happens and what to do, in words.</param>
public sealed record ProblemKind(string Name, int Status, string Title, string Explanation)
{
    /// <summary>No image in the request.</summary>
    public static readonly ProblemKind MissingImage = new(
        "missing-image",
        StatusCodes.Status400BadRequest,
        "The request has no image.",
        "Send the image as the multipart/form-data field 'image', or as the body itself with an image/* or application/octet-stream media type. An empty file counts as none.");

    /// <summary>A multipart body that cannot be read.</summary>
    public static readonly ProblemKind MalformedBody = new(
        "malformed-body",
        StatusCodes.Status400BadRequest,
        "The request's body cannot be read.",
        "A multipart/form-data body needs the boundary that its Content-Type names, complete parts and short headers; every body must be as long as announced.");

    /// <summary>Broken or truncated image.</summary>
    public static readonly ProblemKind UndecodableImage = new(
        "undecodable-image",
        StatusCodes.Status400BadRequest,
        "The image is broken or truncated.",
        "The content begins as an image of a served format, but decoding it fails; the detail has the decoder's words.");

    /// <summary>A parameter whose value cannot be used.</summary>
    public static readonly ProblemKind InvalidParameter = new(
        "invalid-parameter",
        StatusCodes.Status400BadRequest,
        "A parameter has a value that cannot be used.",
        "The detail names the parameter and lists what is allowed.");

    /// <summary>A request of the Open Inference Protocol that the model cannot take.</summary>
    public static readonly ProblemKind InvalidInferenceRequest = new(
        "invalid-inference-request",
        StatusCodes.Status400BadRequest,
        "The inference request is not one that the model takes.",
        "The JSON is malformed, a tensor's name, shape, data type or data are not the model's, or a length is not that of the body. GET /v2/models/{model} tells what a model takes and gives.");

    /// <summary>No key, or a wrong one.</summary>
    public static readonly ProblemKind Unauthorized = new(
        "unauthorized",
        StatusCodes.Status401Unauthorized,
        "The request needs a key.",
        "Send a key of the service as the header X-Api-Key, or as Authorization: Bearer; whoever runs the service gives them out.");

    /// <summary>A model that is not served.</summary>
    public static readonly ProblemKind UnknownModel = new(
        "unknown-model",
        StatusCodes.Status404NotFound,
        "There is no such model.",
        "The parameter 'model' names a model that is not served here; GET /models lists those that are.");

    /// <summary>A model whose file cannot be served.</summary>
    public static readonly ProblemKind UnservableModel = new(
        "unservable-model",
        StatusCodes.Status409Conflict,
        "The model's file cannot be served.",
        "The detail says what is wrong with it. The model that was loaded before, if any, serves on.");

    /// <summary>An address without anything.</summary>
    public static readonly ProblemKind NotFound = new(
        "not-found",
        StatusCodes.Status404NotFound,
        "There is nothing at this address.",
        "The service's addresses are listed at /swagger.");

    /// <summary>A method that an address does not take.</summary>
    public static readonly ProblemKind MethodNotAllowed = new(
        "method-not-allowed",
        StatusCodes.Status405MethodNotAllowed,
        "The address does not take this method.",
        "The Allow header lists the methods that it takes.");

    /// <summary>An Accept header that takes nothing of what is given.</summary>
    public static readonly ProblemKind NotAcceptable = new(
        "not-acceptable",
        StatusCodes.Status406NotAcceptable,
        "The request accepts none of the answers that there are.",
        "The Accept header has no media type of those that the detail lists. Leave it out, or name what you want by the parameter 'output', which wins.");

    /// <summary>The client sent its request too slowly.</summary>
    public static readonly ProblemKind RequestTimeout = new(
        "request-timeout",
        StatusCodes.Status408RequestTimeout,
        "The request came too slowly.",
        "The body must arrive at the rate that the server expects; send it again.");

    /// <summary>A body over the limit.</summary>
    public static readonly ProblemKind TooManyBytes = new(
        "too-many-bytes",
        StatusCodes.Status413PayloadTooLarge,
        "The image has too many bytes.",
        "The limit is Segmentation:MaxImageBytes in the service's configuration, and OpenInference:MaxBodyBytes for the body of an inference request; send a smaller file.");

    /// <summary>An image whose size is over the limit.</summary>
    public static readonly ProblemKind TooManyPixels = new(
        "too-many-pixels",
        StatusCodes.Status413PayloadTooLarge,
        "The image has too many pixels.",
        "The limits are Segmentation:MaxSide, Segmentation:MaxPixels and, for images that cannot be decoded row by row, Segmentation:MaxDecodedBytes in the service's configuration; they are held against the image's header, before it is decoded.");

    /// <summary>An image with more frames than the limit.</summary>
    public static readonly ProblemKind TooManyFrames = new(
        "too-many-frames",
        StatusCodes.Status413PayloadTooLarge,
        "The image has too many frames.",
        "The limit is Segmentation:MaxFrames in the service's configuration. Only the first frame is segmented: send that alone.");

    /// <summary>A batch with more images than the limit.</summary>
    public static readonly ProblemKind TooManyImages = new(
        "too-many-images",
        StatusCodes.Status413PayloadTooLarge,
        "The request has too many images.",
        "The limit is Batch:MaxImages in the service's configuration. The images before it are answered; send the others in requests of their own.");

    /// <summary>An answer over the limit.</summary>
    public static readonly ProblemKind TooLargeAnswer = new(
        "too-large-answer",
        StatusCodes.Status413PayloadTooLarge,
        "The answer would be too large.",
        "The limit on probabilities is Segmentation:MaxProbabilities in the service's configuration. Send a smaller image, or name fewer classes.");

    /// <summary>An image format that is not served.</summary>
    public static readonly ProblemKind UnsupportedFormat = new(
        "unsupported-format",
        StatusCodes.Status415UnsupportedMediaType,
        "The image's format is not served.",
        "The format is told by the content, not by a name or media type. Served: JPEG, PNG, WebP, GIF, TIFF, AVIF.");

    /// <summary>A body whose media type is not taken.</summary>
    public static readonly ProblemKind UnsupportedMediaType = new(
        "unsupported-media-type",
        StatusCodes.Status415UnsupportedMediaType,
        "The request's media type is not taken.",
        "Send multipart/form-data with the field 'image', or the image itself as image/* or application/octet-stream.");

    /// <summary>More work than the service takes in.</summary>
    public static readonly ProblemKind Overloaded = new(
        "overloaded",
        StatusCodes.Status429TooManyRequests,
        "The service has too much to do.",
        "Try again after the seconds that Retry-After names, which follow from how fast the work that waits is getting done. The bounds are Admission:MaxQueuedMegapixels and Admission:MaxBytesInFlight in the service's configuration.");

    /// <summary>A request that took longer than it may.</summary>
    public static readonly ProblemKind Timeout = new(
        "timeout",
        StatusCodes.Status504GatewayTimeout,
        "The request took too long.",
        "The limit is Scheduling:TimeoutSeconds in the service's configuration; it counts reading, waiting and computing together. The detail says where the time went.");

    /// <summary>A key that is used more often than it may be.</summary>
    public static readonly ProblemKind RateLimited = new(
        "rate-limited",
        StatusCodes.Status429TooManyRequests,
        "The key has no requests left.",
        "The key's requests a minute are used up; the next one is there after the seconds that Retry-After names.");

    /// <summary>A fault of the service.</summary>
    public static readonly ProblemKind InternalError = new(
        "internal-error",
        StatusCodes.Status500InternalServerError,
        "The service failed.",
        "This is a fault of the service, not of the request; its log has the cause under the answer's traceId.");

    /// <summary>The service has not started yet, or is stopping.</summary>
    public static readonly ProblemKind NotReady = new(
        "not-ready",
        StatusCodes.Status503ServiceUnavailable,
        "The service is not ready.",
        "The models are still being loaded, or the service is about to end; try again after the seconds that Retry-After names. GET /healthz/ready tells when.");

    /// <summary>Every kind.</summary>
    public static IReadOnlyList<ProblemKind> All { get; } =
    [
        MissingImage, MalformedBody, UndecodableImage, InvalidParameter, InvalidInferenceRequest, Unauthorized, UnknownModel, NotFound, MethodNotAllowed,
        NotAcceptable, RequestTimeout, UnservableModel, TooManyBytes, TooManyPixels, TooManyFrames, TooManyImages, TooLargeAnswer, UnsupportedFormat,
        UnsupportedMediaType, Overloaded, RateLimited, InternalError, NotReady, Timeout,
    ];

    /// <summary>The type that identifies the kind in an answer.</summary>
    public string Type => $"/problems/{Name}";

    /// <summary>The answer for one occurrence.</summary>
    /// <param name="detail">What went wrong this time.</param>
    public IResult Answer(string? detail = null) => TypedResults.Problem(detail, statusCode: Status, title: Title, type: Type);
}
