using System.Diagnostics;
using FcnService.Load.Cases;
using FcnService.Load.Harness;

namespace FcnService.Load;

/// <summary>Runs cases one after another, each within its own time, whatever the service does.</summary>
internal static class Suite
{
    public static async Task<Report> RunAsync(IEnumerable<ICase> cases, bool quick, CancellationToken cancellation)
    {
        var report = new Report(quick);
        foreach (var it in cases)
        {
            var clock = Stopwatch.StartNew();
            var findings = new Findings();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(it.Limit);
            try
            {
                await it.RunAsync(findings, quick, limit.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                findings.Check($"ends within {it.Limit.TotalMinutes:0} minutes", "it did not", passed: false);
            }
#pragma warning disable CA1031 // Whatever happens in one case must not cost the results of the others.
            catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
            {
                var message = fault is ServiceFault ? fault.Message : $"{fault.GetType().Name}: {fault.Message}";
                findings.Check("the case comes to its end", message, passed: false);
            }

            Console.Error.WriteLine($"{it.Name}: {clock.Elapsed.TotalSeconds:0} s");
            foreach (var finding in findings.All)
            {
                Console.Error.WriteLine($"  {finding.Verdict}: {finding.Bound}: {finding.Measured}");
            }

            report.Add(it.Name, findings.All);
        }

        return report;
    }
}
