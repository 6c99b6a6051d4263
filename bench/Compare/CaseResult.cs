using System.Globalization;
using System.Text;

namespace FcnService.Compare;

/// <summary>The tables of a case.</summary>
/// <param name="Settings">The case.</param>
/// <param name="Measurements">By the contender's name, in order.</param>
/// <param name="Versions">What the servers are made of.</param>
/// <param name="LeftOut">A sentence for each contender that could not run.</param>
internal sealed record CaseResult(
    Case Settings, IReadOnlyDictionary<string, Measurement> Measurements, IReadOnlyList<string> Versions, IReadOnlyList<string> LeftOut)
{
    private static readonly string[] OwnStages = ["decode", "preprocess", "inference", "postprocess", "encode"];

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"### {Settings.Name}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{Settings.Photo} JPEG, {Settings.Clients} at a time; ");
        text.Append(CultureInfo.InvariantCulture, $"{Settings.Rounds} rounds of {Settings.Turn.TotalSeconds:0} s for each server, after as long a warm-up.\n\n");
        text.AppendJoin('\n', Versions.Select(version => $"- {version}")).Append("\n\n");
        foreach (var sentence in LeftOut)
        {
            text.Append(CultureInfo.InvariantCulture, $"Left out: {sentence}\n\n");
        }

        AppendThroughput(text);
        AppendRatios(text);
        AppendStages(text);
        return text.ToString();
    }

    private void AppendThroughput(StringBuilder text)
    {
        text.Append("| server | requests/s | p50, ms | p95, ms | peak memory, MB | beyond the model's file, MB | equal labels |\n|---|---|---|---|---|---|---|\n");
        foreach (var (name, measured) in Measurements)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {new Spread(measured.Throughputs).ToString("0.00")} ");
            text.Append(CultureInfo.InvariantCulture, $"| {measured.Percentile(0.5):0} | {measured.Percentile(0.95):0} ");
            text.Append(CultureInfo.InvariantCulture, $"| {measured.PeakBytes / 1e6:0} | {(measured.PeakBytes - measured.ModelBytes) / 1e6:0} ");
            text.Append(CultureInfo.InvariantCulture, $"| {measured.Agreement:P3} |\n");
        }

        text.Append('\n');
    }

    // Within a round, so that what slows the machine down for a while slows both.
    private void AppendRatios(StringBuilder text)
    {
        text.Append("| ratio of throughputs | measured | goal |\n|---|---|---|\n");
        foreach (var (contender, baseline, goal) in Settings.Comparisons)
        {
            if (Measurements.TryGetValue(contender, out var dividend) && Measurements.TryGetValue(baseline, out var divisor))
            {
                var ratios = dividend.Throughputs.Zip(divisor.Throughputs, (of, by) => of / by);
                text.Append(CultureInfo.InvariantCulture, $"| {contender} / {baseline} | {new Spread([.. ratios]).ToString("0.00")} | ≥ {goal} |\n");
            }
        }

        text.Append('\n');
    }

    private void AppendStages(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"{Settings.RequestsAlone} requests one at a time, medians in ms:\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| server | {string.Join(" | ", OwnStages)} | stages but inference | round trip | ");
        text.Append("round trip but inference | share | managed allocations a request, under load, KB |\n");
        text.Append("|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var (name, measured) in Measurements.Where(entry => entry.Value.Alone.Count > 0))
        {
            double Median(Func<StageTiming, double> value) => new Spread([.. measured.Alone.Select(value)]).Median;
            text.Append(CultureInfo.InvariantCulture, $"| {name} ");
            foreach (var stage in OwnStages)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {Median(timing => timing.Stages[stage]):0.00} ");
            }

            text.Append(CultureInfo.InvariantCulture, $"| {Median(timing => timing.OtherStages):0.00} | {Median(timing => timing.RoundTrip):0.00} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Median(timing => timing.RoundTrip - timing.Inference):0.00} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Median(timing => 1 - (timing.Inference / timing.RoundTrip)):P1} ");
            text.Append(CultureInfo.InvariantCulture, $"| {new Spread([.. measured.AllocatedBytes.Select(bytes => bytes / 1000)]).ToString("0.0")} |\n");
        }
    }
}
