using System.Diagnostics;
using System.Text;
using FcnService.Load.Harness;

namespace FcnService.Load;

/// <summary>The table of all findings, and the machine they were made on.</summary>
internal sealed class Report(bool quick)
{
    private readonly List<(string Case, Finding Finding)> rows = [];

    private readonly long start = Stopwatch.GetTimestamp();

    public bool Failed => rows.Any(row => row.Finding.Verdict == Verdict.Fail);

    public void Add(string name, IEnumerable<Finding> findings) => rows.AddRange(findings.Select(finding => (name, finding)));

    /// <summary>Replaces the results in a Markdown file.</summary>
    public void WriteInto(string path) => ResultsSection.Write(path, "tests/Load", ToString());

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append($"{DateTime.UtcNow:yyyy-MM-dd}, {(quick ? "quick" : "full")} run, ");
        text.Append($"{Stopwatch.GetElapsedTime(start).TotalMinutes:0.0} minutes, ");
        text.Append($"client and service on the same machine: {Machine.Description}.\n\n");
        text.Append("| case | bound | measured | |\n|---|---|---|---|\n");
        foreach (var (name, finding) in rows)
        {
            var verdict = finding.Verdict.ToString().ToLowerInvariant();
            text.Append($"| {name} | {Cell(finding.Bound)} | {Cell(finding.Measured)} | {verdict} |\n");
        }

        return text.ToString();
    }

    private static string Cell(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
}
