namespace FcnService.Client;

/// <summary>How a <see cref="SegmentationClient"/> asks.</summary>
public sealed record SegmentationClientOptions
{
    /// <summary>The key, where the service wants one. Default none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>How often a request is sent, the first time included, 1 to 100. Default 6.</summary>
    public int MaxAttempts { get; init; } = 6;

    /// <summary>
    /// How long after its first attempt a request may be sent again: one that would have to wait beyond it is given up at once. Default 2
    /// minutes.
    /// </summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long the first wait is where the service does not say how long, 1 ms to a minute; it doubles each time, up to 30 s. Default 0.25 s.
    /// </summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(0.25);

    /// <summary>How many images <see cref="SegmentationClient.SegmentManyAsync"/> sends in a request, 1 to 1,000. Default 16.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>What tells the time and waits. Default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal void Check()
    {
        Check(nameof(MaxAttempts), MaxAttempts is >= 1 and <= 100, "1 to 100");
        Check(nameof(MaxTime), MaxTime >= TimeSpan.Zero, "zero or more");
        Check(nameof(FirstWait), FirstWait >= TimeSpan.FromMilliseconds(1) && FirstWait <= TimeSpan.FromMinutes(1), "1 ms to a minute");
        Check(nameof(BatchSize), BatchSize is >= 1 and <= 1000, "1 to 1000");
        ArgumentNullException.ThrowIfNull(TimeProvider);
    }

    private static void Check(string option, bool holds, string range)
    {
        if (!holds)
        {
            throw new ArgumentException($"{option} is outside {range}.");
        }
    }
}
