using FcnService.Api.Admission;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Tests.Admission;

public sealed class AdmissionControlTests
{
    private readonly ManualClock clock = new();

    [Fact]
    public void AdmitPhoto_WithinTheBound_IsCounted()
    {
        var admission = Create(maxMegapixels: 1);

        using (admission.AdmitPhoto(0.6))
        using (admission.AdmitPhoto(0.4))
        {
            Assert.Equal((1.0, 2), admission.Queue);
        }

        Assert.Equal((0.0, 0), admission.Queue);
    }

    [Fact]
    public void AdmitPhoto_OverTheBound_IsRefusedWithTheNumbers()
    {
        var admission = Create(maxMegapixels: 1);
        using var first = admission.AdmitPhoto(0.6);

        var refused = Assert.Throws<OverloadedException>(() => admission.AdmitPhoto(0.5));

        Assert.Contains("0.6 megapixels", refused.Message, StringComparison.Ordinal);
        Assert.Contains("the bound of 1.0", refused.Message, StringComparison.Ordinal);
        Assert.Equal((0.6, 1), admission.Queue);
    }

    [Fact]
    public void AdmitPhoto_LargerThanTheBoundWhenNothingWaits_IsTaken()
    {
        var admission = Create(maxMegapixels: 1);

        using var large = admission.AdmitPhoto(5);

        Assert.Throws<OverloadedException>(() => admission.AdmitPhoto(0.01));
    }

    [Fact]
    public void CheckPhoto_TakesNoRoom_AndRefusesWhenThereIsNone()
    {
        var admission = Create(maxMegapixels: 1);
        using var first = admission.AdmitPhoto(0.6);

        admission.CheckPhoto(0.4);
        admission.CheckPhoto(0.4);

        Assert.Equal((0.6, 1), admission.Queue);
        Assert.Throws<OverloadedException>(() => admission.CheckPhoto(0.5));
    }

    [Fact]
    public void AdmitBytes_FullQueue_IsRefusedBeforeAByteIsRead()
    {
        var admission = Create(maxMegapixels: 1);
        using var first = admission.AdmitPhoto(1);

        Assert.Throws<OverloadedException>(() => admission.AdmitBytes(10));
    }

    [Fact]
    public void AdmitBytes_OverTheBound_IsRefusedUntilBytesAreReleased()
    {
        var admission = Create(maxBytes: 2_000_000);
        var first = admission.AdmitBytes(1_500_000);
        Assert.Throws<OverloadedException>(() => admission.AdmitBytes(600_000));

        first.Dispose();
        first.Dispose();

        using var second = admission.AdmitBytes(2_000_000);
        Assert.Throws<OverloadedException>(() => admission.AdmitBytes(1));
    }

    [Fact]
    public void RetryAfter_FollowsFromTheDrainRate()
    {
        var admission = Create(maxMegapixels: 10);
        for (var i = 0; i < 40; i++)
        {
            // Half a megapixel in a second, again and again.
            using var photo = admission.AdmitPhoto(0.5);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        using var waiting = admission.AdmitPhoto(10);
        var refused = Assert.Throws<OverloadedException>(() => admission.AdmitPhoto(1));

        Assert.Equal(TimeSpan.FromSeconds(20), refused.RetryAfter);
    }

    [Fact]
    public async Task WaitForPhoto_FullQueue_IsAdmittedOnceThereIsRoom()
    {
        var admission = Create(maxMegapixels: 1);
        var (first, second) = (admission.AdmitPhoto(0.5), admission.AdmitPhoto(0.5));
        var waiting = admission.WaitForPhotoAsync(0.8, TestContext.Current.CancellationToken);

        first.Dispose();
        Assert.False(waiting.IsCompleted);
        Assert.Equal((0.5, 1), admission.Queue);
        second.Dispose();

        using var admitted = await waiting;
        Assert.Equal((0.8, 1), admission.Queue);
    }

    [Fact]
    public async Task WaitForBytes_Cancelled_TakesNoRoom()
    {
        var admission = Create(maxBytes: 1_000_000);
        var first = admission.AdmitBytes(1_000_000);
        using var leaving = new CancellationTokenSource();
        var waiting = admission.WaitForBytesAsync(1_000_000, leaving.Token);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        first.Dispose();

        using var second = admission.AdmitBytes(1_000_000);
    }

    [Fact]
    public async Task ShrinkTo_ActualLength_LeavesTheRestToOthers()
    {
        var admission = Create(maxBytes: 1_000_000);
        var first = admission.AdmitBytes(1_000_000);
        var waiting = admission.WaitForBytesAsync(900_000, TestContext.Current.CancellationToken);

        first.ShrinkTo(100_000);

        using var second = await waiting;
        Assert.Throws<OverloadedException>(() => admission.AdmitBytes(1));
        first.Dispose();
        using var third = admission.AdmitBytes(100_000);
        Assert.Throws<OverloadedException>(() => admission.AdmitBytes(1));
    }

    private AdmissionControl Create(double maxMegapixels = 8, long maxBytes = 100_000_000) => new(
        Options.Create(new AdmissionOptions { MaxQueuedMegapixels = maxMegapixels, MaxBytesInFlight = maxBytes }), clock);

    private sealed class ManualClock : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;

        public void Advance(TimeSpan time) => now += time.Ticks;
    }
}
