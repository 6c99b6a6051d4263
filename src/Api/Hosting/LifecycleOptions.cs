using System.ComponentModel.DataAnnotations;

namespace FcnService.Api.Hosting;

/// <summary>How the service ends: the section Lifecycle.</summary>
internal sealed class LifecycleOptions
{
    /// <summary>
    /// After SIGTERM: how long the service says that it is not ready and serves on, so that load balancers can turn away; in seconds,
    /// 0 to 600. Default 5.
    /// </summary>
    [Range(0, 600, ErrorMessage = "Lifecycle:ShutdownDelaySeconds is outside 0 to 600.")]
    public double ShutdownDelaySeconds { get; set; } = 5;

    /// <summary>How long requests that have begun may take to end after that, in seconds, 0 to 3,600. Default 30.</summary>
    [Range(0, 3_600, ErrorMessage = "Lifecycle:DrainSeconds is outside 0 to 3600.")]
    public double DrainSeconds { get; set; } = 30;
}
