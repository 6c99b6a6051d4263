using System.Globalization;
using FcnService.Api.Metrics;
using FcnService.Inference.Answers;
using FcnService.Inference.Imaging;
using Microsoft.AspNetCore.Diagnostics;

namespace FcnService.Api.Errors;

/// <summary>Turns exceptions into problems; those that it does not know become an internal error, logged and told nothing of.</summary>
internal sealed partial class ProblemExceptionHandler(ServiceMetrics metrics, ILogger<ProblemExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer; the status is for the log alone.
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var (kind, detail) = Explain(exception);
        metrics.CountRejection(kind.Name);
        if (kind == ProblemKind.InternalError)
        {
            LogFailure(exception, context.Request.Method, context.Request.Path);
        }

        if (exception is ProblemException { RetryAfterSeconds: { } seconds })
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        await kind.Answer(detail).ExecuteAsync(context);
        return true;
    }

    private static (ProblemKind Kind, string? Detail) Explain(Exception exception) => exception switch
    {
        ProblemException problem => (problem.Kind, problem.Message),
        InvalidParameterException invalid => (ProblemKind.InvalidParameter, invalid.Message),
        ImageRejectedException rejected => (KindOf(rejected.Reason), rejected.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => (ProblemKind.TooManyBytes, "The body is larger than the service reads."),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => (ProblemKind.RequestTimeout, null),
        BadHttpRequestException bad => (ProblemKind.MalformedBody, bad.Message),
        _ => (ProblemKind.InternalError, null),
    };

    private static ProblemKind KindOf(ImageRejection reason) => reason switch
    {
        ImageRejection.UnsupportedFormat => ProblemKind.UnsupportedFormat,
        ImageRejection.Undecodable => ProblemKind.UndecodableImage,
        ImageRejection.TooManyPixels => ProblemKind.TooManyPixels,
        ImageRejection.TooManyFrames => ProblemKind.TooManyFrames,
        _ => ProblemKind.InternalError,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogFailure(Exception exception, string method, string path);
}
