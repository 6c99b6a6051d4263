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
    private static readonly string[] Stages = ["decode", "preprocess", "queue", "inference", "postprocess", "encode"];

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"### {Settings.Name}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{string.Join(", ", [Settings.Photo, .. Settings.OtherSizes])} JPEG, {Settings.Clients} at a time; ");
        text.Append(CultureInfo.InvariantCulture, $"{Settings.Rounds} rounds of {Settings.Turn.TotalSeconds:0} s for each server, after {Settings.WarmUp.TotalSeconds:0} s of warm-up.\n\n");
        foreach (var sentence in LeftOut)
        {
            text.Append(CultureInfo.InvariantCulture, $"Left out: {sentence}\n\n");
        }

        if (Measurements.Count == 0)
        {
            return text.ToString();
        }

        text.AppendJoin('\n', Versions.Select(version => $"- {version}")).Append("\n\n");

        AppendThroughput(text);
        AppendStages(text);
        AppendGoals(text);
        return text.ToString();
    }

    private void AppendThroughput(StringBuilder text)
    {
        text.Append("| server | requests/s | p50, ms | p95, ms | peak memory, MB | beyond the model's file, MB | equal labels |\n|---|---|---|---|---|---|---|\n");
        foreach (var (name, measured) in Measurements)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {new Spread(measured.Throughputs).ToString("0.00")} ");
            text.Append(CultureInfo.InvariantCulture, $"| {measured.Percentile(0.5):0} | {measured.Percentile(0.95):0} ");
            text.Append(CultureInfo.InvariantCulture, $"| {measured.PeakBytes / 1e6:0} | {measured.BytesBeyondModel / 1e6:0} ");
            text.Append(CultureInfo.InvariantCulture, $"| {measured.Agreement:P3} |\n");
        }

        text.Append('\n');
    }

    private void AppendGoals(StringBuilder text)
    {
        text.Append("| figure | measured | goal |\n|---|---|---|\n");
        foreach (var goal in Settings.Goals)
        {
            if (Measurements.TryGetValue(goal.Contender, out var contender) && Measurements.TryGetValue(goal.Baseline, out var baseline))
            {
                var spread = new Spread([.. goal.Values(contender, baseline)]);
                text.Append(CultureInfo.InvariantCulture, $"| {goal.Figure} | {spread.ToString("0.00")} | {goal.Bound} |\n");
            }
        }

        text.Append('\n');
    }

    private void AppendStages(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"{Settings.RequestsAlone} requests one at a time, medians in ms:\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| server | {string.Join(" | ", Stages)} | round trip | managed allocations under load, KB |\n");
        text.Append(CultureInfo.InvariantCulture, $"|---|{string.Concat(Stages.Select(_ => "---|"))}---|---|\n");
        foreach (var (name, measured) in Measurements.Where(entry => entry.Value.Alone.Count > 0))
        {
            double Median(Func<StageTiming, double> value) => new Spread([.. measured.Alone.Select(value)]).Median;
            text.Append(CultureInfo.InvariantCulture, $"| {name} ");
            foreach (var stage in Stages)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {Median(timing => timing.Stages[stage]):0.00} ");
            }

            text.Append(CultureInfo.InvariantCulture, $"| {Median(timing => timing.RoundTrip):0.00} ");
            text.Append(CultureInfo.InvariantCulture, $"| {new Spread([.. measured.AllocatedBytes.Select(bytes => bytes / 1024)]).ToString("0.0")} |\n");
        }

        text.Append('\n');
    }
}
