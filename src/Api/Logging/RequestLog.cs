using System.Diagnostics;
using FcnService.Inference.Geometry;

namespace FcnService.Api.Logging;

/// <summary>Writes a line for every request: what was asked, the status, the photo's size and the model where there are any, and the time.</summary>
internal sealed partial class RequestLog(RequestDelegate next, ILogger<RequestLog> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            Write(context, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    private void Write(HttpContext context, double milliseconds)
    {
        var (method, path, status) = (context.Request.Method, context.Request.Path, context.Response.StatusCode);
        if (context.Features.Get<SegmentedPhoto>() is { } photo)
        {
            LogSegmentation(method, path, status, photo.Size, photo.Model, milliseconds);
        }
        else if (IsProbe(context.Request.Path))
        {
            LogProbe(method, path, status, milliseconds);
        }
        else
        {
            LogRequest(method, path, status, milliseconds);
        }
    }

    private static bool IsProbe(PathString path) =>
        path.StartsWithSegments("/healthz", StringComparison.Ordinal) || path.StartsWithSegments("/metrics", StringComparison.Ordinal);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Path} {Status} {Size} {Model} {ElapsedMilliseconds:0.0} ms")]
    private partial void LogSegmentation(string method, PathString path, int status, ImageSize size, string model, double elapsedMilliseconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Path} {Status} {ElapsedMilliseconds:0.0} ms")]
    private partial void LogRequest(string method, PathString path, int status, double elapsedMilliseconds);

    // Probes and scrapes come every few seconds, for ever.
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Path} {Status} {ElapsedMilliseconds:0.0} ms")]
    private partial void LogProbe(string method, PathString path, int status, double elapsedMilliseconds);
}

/// <summary>What a request's log line says of its photo; set on the request's features.</summary>
/// <param name="Size">The photo's upright size.</param>
/// <param name="Model">The model's name.</param>
internal sealed record SegmentedPhoto(ImageSize Size, string Model);
