using System.Diagnostics;
using FcnService.Inference.Geometry;

namespace FcnService.Api.Logging;

/// <summary>
/// Writes a line for every request: what was asked, the status, the photo's size and the model where there are any, the time, and
/// who asked.
/// </summary>
internal sealed partial class RequestLog(RequestDelegate next, ILogger<RequestLog> logger)
{
    private static readonly PathString[] Probes = ["/healthz", "/v2/health", "/metrics"];

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
        var caller = CallerOf(context);
        if (context.Features.Get<SegmentedPhoto>() is { } photo)
        {
            LogSegmentation(method, path, status, photo.Size, photo.Model, milliseconds, caller);
        }
        else if (IsProbe(context.Request.Path))
        {
            LogProbe(method, path, status, milliseconds, caller);
        }
        else
        {
            LogRequest(method, path, status, milliseconds, caller);
        }
    }

    private static bool IsProbe(PathString path) => Probes.Any(probe => path.StartsWithSegments(probe, StringComparison.Ordinal));

    // A key's holder by name; anybody else by the address, which is the client's own behind a trusted proxy too.
    private static string CallerOf(HttpContext context)
    {
        if (context.Features.Get<KeyHolder>() is { } holder)
        {
            return holder.Name;
        }

        var address = context.Connection.RemoteIpAddress;
        return (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString() ?? "unknown";
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Method} {Path} {Status} {Size} {Model} {ElapsedMilliseconds:0.0} ms from {Caller}")]
    private partial void LogSegmentation(
        string method, PathString path, int status, ImageSize size, string model,
        double elapsedMilliseconds, string caller);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Path} {Status} {ElapsedMilliseconds:0.0} ms from {Caller}")]
    private partial void LogRequest(string method, PathString path, int status, double elapsedMilliseconds, string caller);

    // Probes and scrapes come every few seconds, for ever.
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Path} {Status} {ElapsedMilliseconds:0.0} ms from {Caller}")]
    private partial void LogProbe(string method, PathString path, int status, double elapsedMilliseconds, string caller);
}

/// <summary>What a request's log line says of its photo; set on the request's features.</summary>
/// <param name="Size">The photo's upright size.</param>
/// <param name="Model">The model's name.</param>
internal sealed record SegmentedPhoto(ImageSize Size, string Model);

/// <summary>Whose key a request shows; set on the request's features.</summary>
/// <param name="Name">The key's name.</param>
internal sealed record KeyHolder(string Name);
