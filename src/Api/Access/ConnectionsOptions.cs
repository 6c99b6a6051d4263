using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace FcnService.Api.Access;

/// <summary>What clients that are slow, idle or many may hold of the server: the section Connections.</summary>
internal sealed class ConnectionsOptions
{
    /// <summary>
    /// How fast a body must arrive and an answer be taken, in bytes a second, 0 to 1,000,000; 0 lets them be as slow as they are.
    /// Counted while the service waits for the client only. Default 240.
    /// </summary>
    [Range(0, 1_000_000, ErrorMessage = "Connections:MinBytesPerSecond is outside 0 to 1000000.")]
    public int MinBytesPerSecond { get; set; } = 240;

    /// <summary>
    /// How long a body or an answer may be slower than that at its beginning, in seconds, 2 to 3,600. Ignored when MinBytesPerSecond is
    /// 0. Default 5.
    /// </summary>
    // The server looks once a second; it takes no grace as short as that.
    [Range(2, 3_600, ErrorMessage = "Connections:GraceSeconds is outside 2 to 3600.")]
    public int GraceSeconds { get; set; } = 5;

    /// <summary>How long a request's headers may take to arrive, in seconds, 1 to 3,600. Default 15.</summary>
    [Range(1, 3_600, ErrorMessage = "Connections:HeadersSeconds is outside 1 to 3600.")]
    public int HeadersSeconds { get; set; } = 15;

    /// <summary>
    /// How long a connection may wait for its next request, in seconds, 1 to 3,600. Behind a proxy it should be longer than the proxy
    /// keeps its connections, so that no request meets a closing one. Default 120.
    /// </summary>
    [Range(1, 3_600, ErrorMessage = "Connections:KeepAliveSeconds is outside 1 to 3600.")]
    public int KeepAliveSeconds { get; set; } = 120;

    /// <summary>
    /// How many connections may be open, 0 to 1,000,000, of which a probe's is one; any more are closed at once. 0 is as many as come.
    /// Default 2,000.
    /// </summary>
    [Range(0, 1_000_000, ErrorMessage = "Connections:Max is outside 0 to 1000000.")]
    public int Max { get; set; } = 2_000;

    /// <summary>Makes them the server's.</summary>
    public void Apply(KestrelServerLimits limits)
    {
        var rate = MinBytesPerSecond == 0 ? null : new MinDataRate(MinBytesPerSecond, TimeSpan.FromSeconds(GraceSeconds));
        limits.MinRequestBodyDataRate = rate;
        limits.MinResponseDataRate = rate;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(HeadersSeconds);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(KeepAliveSeconds);
        limits.MaxConcurrentConnections = Max == 0 ? null : Max;
    }
}
