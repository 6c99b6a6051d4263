using System.ComponentModel.DataAnnotations;

namespace FcnService.Api.Logging;

/// <summary>What the log looks like. Its levels are set in the section Serilog, as Serilog.Settings.Configuration documents.</summary>
internal sealed class LogOptions
{
    /// <summary>Text, for people, or Json, one object a line, for collectors. Default Text.</summary>
    [EnumDataType(typeof(LogFormat), ErrorMessage = "Log:Format is none of: Text, Json.")]
    public LogFormat Format { get; set; }
}

/// <summary>The form of a log line.</summary>
internal enum LogFormat
{
    /// <summary>A line of words.</summary>
    Text,

    /// <summary>A JSON object.</summary>
    Json,
}
