namespace FcnService.Client.Tests;

/// <summary>A clock on which waiting is over at once; it remembers how long it was to be.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long now;

    public List<TimeSpan> Waits { get; } = [];

    /// <summary>What else happens at a wait.</summary>
    public Action OnWait { get; set; } = () => { };

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Waits.Add(dueTime);
        now += dueTime.Ticks;
        OnWait();
        return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
