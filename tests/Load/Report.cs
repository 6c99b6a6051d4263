using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using FcnService.Load.Harness;

namespace FcnService.Load;

/// <summary>The table of all findings, and the machine they were made on.</summary>
internal sealed class Report(bool quick)
{
    private const string Begin = "<!-- results: written by tests/Load -->";
    private const string End = "<!-- end of results -->";

    private readonly List<(string Case, Finding Finding)> rows = [];

    private readonly long start = Stopwatch.GetTimestamp();

    public bool Failed => rows.Any(row => row.Finding.Verdict == Verdict.Fail);

    public void Add(string name, IEnumerable<Finding> findings) => rows.AddRange(findings.Select(finding => (name, finding)));

    /// <summary>Replaces what stands between the markers of a Markdown file.</summary>
    public void WriteInto(string path)
    {
        var text = File.ReadAllText(path);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (from < 0 || to < from)
        {
            throw new InvalidDataException($"{path} lacks the lines '{Begin}' and '{End}', in this order.");
        }

        File.WriteAllText(path, $"{text[..(from + Begin.Length)]}\n\n{this}\n{text[to..]}");
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append($"{DateTime.UtcNow:yyyy-MM-dd}, {(quick ? "quick" : "full")} run, ");
        text.Append($"{Stopwatch.GetElapsedTime(start).TotalMinutes:0.0} minutes, ");
        text.Append($"client and service on the same machine: {Environment.ProcessorCount} cores of {Processor()}, ");
        text.Append($"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}.\n\n");
        text.Append("| case | bound | measured | |\n|---|---|---|---|\n");
        foreach (var (name, finding) in rows)
        {
            var verdict = finding.Verdict.ToString().ToLowerInvariant();
            text.Append($"| {name} | {Cell(finding.Bound)} | {Cell(finding.Measured)} | {verdict} |\n");
        }

        return text.ToString();
    }

    private static string Cell(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);

    private static string Processor()
    {
        const string information = "/proc/cpuinfo";
        var line = File.Exists(information)
            ? File.ReadLines(information).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[1].Trim() ?? $"an {RuntimeInformation.ProcessArchitecture} processor";
    }
}
