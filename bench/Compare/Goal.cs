using System.Globalization;

namespace FcnService.Compare;

/// <summary>A figure that the case is measured for, and what it should be. Printed beside each other; nothing fails by it.</summary>
/// <param name="Contender">Whose figure it is.</param>
/// <param name="Baseline">Whom it is compared with; the contender itself, if with nobody.</param>
/// <param name="Figure">What it is.</param>
/// <param name="Bound">What it should be, where that is settled.</param>
/// <param name="Values">Takes it, as often as it was measured, from the contender's measurement and the baseline's.</param>
internal sealed record Goal(
    string Contender, string Baseline, string Figure, string Bound, Func<Measurement, Measurement, IEnumerable<double>> Values)
{
    /// <summary>Requests a second, by those of another. Within a round, so that what slows the machine down for a while slows both.</summary>
    public static Goal Throughput(string contender, string baseline, double? atLeast = null) => new(
        contender,
        baseline,
        $"requests/s, {contender} / {baseline}",
        Bounded("≥", atLeast),
        (of, by) => of.Throughputs.Zip(by.Throughputs, (dividend, divisor) => dividend / divisor));

    /// <summary>The stages of a request but for inference, in ms.</summary>
    public static Goal OwnTime(string contender, double atMost) => OfOne(
        contender, "stages but inference, ms", atMost, measured => measured.Alone.Select(timing => timing.OtherStages));

    /// <summary>What is not inference of a request's round trip, in percent.</summary>
    public static Goal OwnShare(string contender, double? atMost = null) => OfOne(
        contender, "round trip but inference, %", atMost, measured => measured.Alone.Select(timing => 100 * timing.OwnShare));

    /// <summary>Peak memory beyond the model's file, in MB.</summary>
    public static Goal Memory(string contender, double atMost) => OfOne(
        contender, "peak memory beyond the model's file, MB", atMost, measured => [measured.BytesBeyondModel / 1e6]);

    /// <summary>Managed allocations a request, in KB of 1024 bytes.</summary>
    public static Goal Allocations(string contender, double atMost) => OfOne(
        contender, "managed allocations a request, KB", atMost, measured => measured.AllocatedBytes.Select(bytes => bytes / 1024));

    private static Goal OfOne(string contender, string figure, double? atMost, Func<Measurement, IEnumerable<double>> values) => new(
        contender, contender, $"{contender}: {figure}", Bounded("≤", atMost), (of, _) => values(of));

    private static string Bounded(string relation, double? bound) =>
        bound is null ? "none yet" : string.Create(CultureInfo.InvariantCulture, $"{relation} {bound}");
}
