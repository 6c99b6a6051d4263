using System.Globalization;
using FcnService.Api.Hosting;
using Serilog;
using Serilog.Formatting.Json;

namespace FcnService.Api.Logging;

/// <summary>The log: Serilog, to standard output.</summary>
internal static class LogModule
{
    private const string TextTemplate = "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} {Message:lj} {TraceId}{NewLine}{Exception}";

    public static void AddLog(this WebApplicationBuilder builder)
    {
        builder.AddCheckedOptions<LogOptions>("Log");
        var configuration = ReadLevels(builder);
        var logger = string.Equals(builder.Configuration["Log:Format"], nameof(LogFormat.Json), StringComparison.OrdinalIgnoreCase)
            ? configuration.WriteTo.Console(new JsonFormatter(renderMessage: true))
            : configuration.WriteTo.Console(outputTemplate: TextTemplate, formatProvider: CultureInfo.InvariantCulture);
        builder.Logging.ClearProviders().AddSerilog(logger.CreateLogger(), dispose: true);
    }

    /// <summary>Writes a line for every request, once it is answered.</summary>
    public static void UseRequestLog(this WebApplication app) => app.UseMiddleware<RequestLog>();

    private static LoggerConfiguration ReadLevels(WebApplicationBuilder builder)
    {
        try
        {
            return new LoggerConfiguration().ReadFrom.Configuration(builder.Configuration).Enrich.FromLogContext();
        }
        catch (InvalidOperationException fault)
        {
            builder.AddFault($"the section Serilog cannot be read: {fault.Message}");
            return new LoggerConfiguration();
        }
    }
}
