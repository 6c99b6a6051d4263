using System.Globalization;
using System.Text;
using FcnService.Load.Harness;

namespace FcnService.Sizing;

/// <summary>What was measured, in Markdown, and what follows of it for a megapixel.</summary>
internal sealed class Report
{
    private readonly List<Measurement> measurements = [];

    /// <summary>Adds photos of one size; those of a model come one after another, by size.</summary>
    public void Add(Measurement measurement)
    {
        measurements.Add(measurement);
        Console.Error.WriteLine($"{measurement.Model}, {measurement.Size}");
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append($"{DateTime.UtcNow:yyyy-MM-dd}, clients and service on the same machine: {Machine.Description}.\n\n");
        text.Append("| model | photo | megapixels | memory when ready, MB | peak memory, MB ");
        text.Append("| a photo alone, ms | with one thread, ms | photos/s |\n");
        text.Append("|---|---|---|---|---|---|---|---|\n");
        foreach (var it in measurements)
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{it.Model}` | {it.Size} | {it.Megapixels:0.00} ");
            text.Append(CultureInfo.InvariantCulture, $"| {it.ReadyBytes / 1e6:0} | {it.PeakBytes / 1e6:0} ");
            text.Append(CultureInfo.InvariantCulture, $"| {it.AllCores.TotalMilliseconds:0} | {it.OneThread.TotalMilliseconds:0} | {it.PerSecond:0.0} |\n");
        }

        text.Append("\nFrom the smallest to the largest photo, each megapixel more takes:\n\n");
        text.Append("| model | memory, MB | a photo alone, ms | with one thread, ms |\n|---|---|---|---|\n");
        foreach (var model in measurements.GroupBy(it => it.Model))
        {
            var (small, large) = (model.First(), model.Last());
            double Slope(Func<Measurement, double> value) => (value(large) - value(small)) / (large.Megapixels - small.Megapixels);
            var memory = Slope(it => it.PeakBytes / 1e6);
            // A large model's first start can take more than any photo does.
            text.Append(CultureInfo.InvariantCulture, $"| `{model.Key}` | {(memory < 1 ? "less than the start" : $"{memory:0}")} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Slope(it => it.AllCores.TotalMilliseconds):0} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Slope(it => it.OneThread.TotalMilliseconds):0} |\n");
        }

        return text.ToString();
    }
}
