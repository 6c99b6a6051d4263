using System.Globalization;
using FcnService.Export.Evaluation;
using FcnService.Export.Quantization;

namespace FcnService.Export.Commands;

/// <summary>Prints what quantizing did to a model.</summary>
internal static class QuantizationReport
{
    private const double BytesPerMegabyte = 1e6;

    /// <summary>Prints a line for each layer.</summary>
    public static void Print(IReadOnlyList<LayerReport> layers, TextWriter output)
    {
        output.WriteLine("Errors are relative to the size of what they are errors of; those of the output are of a layer alone, then with all int8 ones before it.");
        output.WriteLine();
        new TextTable("layer", ">weights", ">range", "", ">output", ">labels changed", ">together", ">labels changed", "")
            .Add(layers.Select(layer => new[]
            {
                layer.Layer,
                Percent(layer.WeightError),
                Number(layer.Range.Low),
                $"to {Number(layer.Range.High)}",
                Percent(layer.OutputError),
                Percent(layer.ChangedLabels),
                layer.Together is { } together ? Percent(together.RelativeError) : "-",
                layer.Together is { } labels ? Percent(labels.ChangedLabels) : "-",
                layer.IsInteger ? "int8" : "fp32",
            }))
            .WriteTo(output);
        output.WriteLine();
    }

    /// <summary>Prints the sizes of the files and, where there are any, the scores.</summary>
    public static void Print(string from, string to, EvaluationResult? before, EvaluationResult? after, TextWriter output)
    {
        List<string[]> rows = [["MB", Megabytes(from), Megabytes(to), Change(Length(from) / BytesPerMegabyte, Length(to) / BytesPerMegabyte, "0.00")]];
        if (before is not null && after is not null)
        {
            rows.Add(Scores("pixel accuracy", before.PixelAccuracy, after.PixelAccuracy));
            rows.Add(Scores("mean accuracy", before.MeanAccuracy, after.MeanAccuracy));
            rows.Add(Scores("mean IU", before.MeanIU, after.MeanIU));
            rows.Add(Scores("frequency-weighted IU", before.FrequencyWeightedIU, after.FrequencyWeightedIU));
            rows.Add(["photos a second", Format(before.PhotosPerSecond, "0.0"), Format(after.PhotosPerSecond, "0.0"), Change(before.PhotosPerSecond, after.PhotosPerSecond, "0.0")]);
        }

        new TextTable("", ">before", ">after", ">change").Add(rows).WriteTo(output);
        output.WriteLine();
        output.WriteLine($"{to} is written.");
    }

    private static string[] Scores(string name, double before, double after) =>
        [name, Format(before, "0.0000"), Format(after, "0.0000"), Change(before, after, "0.0000")];

    private static string Change(double before, double after, string format) => Format(after - before, $"+{format};-{format};{format}");

    private static string Megabytes(string path) => Format(Length(path) / BytesPerMegabyte, "0.00");

    private static long Length(string path) => new FileInfo(path).Length;

    private static string Percent(double share) => Format(share * 100, "0.00 '%'");

    private static string Number(float value) => Format(value, "0.0##");

    private static string Format(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
