using FcnService.Compare.Servers;
using FcnService.Load.Harness;

namespace FcnService.Compare;

/// <summary>
/// Measures the contenders of a case. Their processes live side by side, so that a turn begins without a start, and only one of them has
/// work at any time.
/// </summary>
internal sealed class CaseRun(Case settings, IReadOnlyList<byte[]> photos, ModelFiles models) : IAsyncDisposable
{
    private const double LeastAgreement = 0.999;

    private readonly List<RunningContender> running = [];
    private readonly List<string> versions = [];
    private readonly List<string> leftOut = [];
    private IReadOnlyList<byte[]>? expected;

    /// <summary>Measures.</summary>
    /// <exception cref="ServiceFault">A contender fails, or gives other masks than the first.</exception>
    public async Task<CaseResult> RunAsync(CancellationToken cancellation)
    {
        foreach (var contender in settings.Contenders)
        {
            await StartAsync(contender, cancellation);
            if (running.Count == 0)
            {
                // Without what the others are held against there is nothing to compare.
                break;
            }
        }

        foreach (var contender in running)
        {
            Say(contender.Contender, "warms up");
            await contender.WorkAsync(photos, settings, settings.WarmUp, cancellation);
        }

        for (var round = 1; round <= settings.Rounds; round++)
        {
            foreach (var contender in running)
            {
                await contender.MeasureTurnAsync(photos, settings, cancellation);
                Say(contender.Contender, $"round {round} of {settings.Rounds}: {contender.Measurement.Throughputs[^1]:0.00} requests/s");
            }
        }

        foreach (var contender in running)
        {
            await contender.MeasureEndAsync(photos, settings, cancellation);
        }

        return new CaseResult(settings, running.ToDictionary(it => it.Contender.Name, it => it.Measurement), versions, leftOut);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var contender in running)
        {
            await contender.DisposeAsync();
        }
    }

    private async Task StartAsync(Contender contender, CancellationToken cancellation)
    {
        try
        {
            Say(contender, "starts");
            var version = contender.Server.Prepare();
            var started = await RunningContender.StartAsync(contender, models.Get(contender.Model), cancellation);
            running.Add(started);
            versions.AddRange(versions.Contains(version) ? [] : [version]);
            started.Measurement.Agreement = Judge(contender, await started.MasksAsync(photos, settings, cancellation));
        }
        catch (UnavailableException missing)
        {
            Say(contender, $"is left out. {missing.Message}");
            leftOut.Add($"{contender.Name}: {missing.Message}");
        }
    }

    // A server that does other work must not be compared.
    private double Judge(Contender contender, IReadOnlyList<byte[]> masks)
    {
        if (expected is null)
        {
            RefuseUniform(masks);
            expected = masks;
        }

        var agreement = masks.Zip(expected).Average(pair => ShareOfEqualPixels(pair.First, pair.Second));
        Say(contender, $"gives {agreement:P3} of the pixels the expected label");
        return agreement >= LeastAgreement || !contender.MustAgree
            ? agreement
            : throw new ServiceFault(
                $"{contender.Name} labels {agreement:P3} of the pixels as {settings.Contenders[0].Name} does; expected at least {LeastAgreement:P1}.");
    }

    private static void RefuseUniform(IReadOnlyList<byte[]> masks)
    {
        if (masks.Any(mask => mask.Chunk(3).All(pixel => pixel.AsSpan().SequenceEqual(mask.AsSpan(0, 3)))))
        {
            throw new ServiceFault("A mask has one label only; expected several, without which equal masks prove nothing.");
        }
    }

    private static double ShareOfEqualPixels(byte[] mask, byte[] other) =>
        mask.Chunk(3).Zip(other.Chunk(3)).Average(pair => pair.First.AsSpan().SequenceEqual(pair.Second) ? 1.0 : 0.0);

    private static void Say(Contender contender, string what) => Console.Error.WriteLine($"  {contender.Name} {what}");
}
