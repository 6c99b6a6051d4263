using System.ComponentModel.DataAnnotations;

namespace FcnService.Api.Admission;

/// <summary>How long a request may take and how runs are put together: the section Scheduling.</summary>
internal sealed class SchedulingOptions
{
    /// <summary>The time that a request has from its first byte to its answer, in seconds, 0.1 to 3,600. Default 30.</summary>
    [Range(0.1, 3_600, ErrorMessage = "Scheduling:TimeoutSeconds is outside 0.1 to 3600.")]
    public double TimeoutSeconds { get; set; } = 30;

    /// <summary>The most photos of one size that run together, 1 to 64; on a CPU more than 1 gains nothing. Default 1.</summary>
    [Range(1, 64, ErrorMessage = "Scheduling:MaxBatch is outside 1 to 64.")]
    public int MaxBatch { get; set; } = 1;

    /// <summary>How long a photo waits for others of its size, in milliseconds, 0 to 1,000; ignored when MaxBatch is 1. Default 2.</summary>
    [Range(0, 1_000, ErrorMessage = "Scheduling:MaxDelayMilliseconds is outside 0 to 1000.")]
    public double MaxDelayMilliseconds { get; set; } = 2;
}
