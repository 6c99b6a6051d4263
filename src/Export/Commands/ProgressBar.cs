using System.Diagnostics;
using System.Globalization;

namespace FcnService.Export.Commands;

/// <summary>Tells how far a long piece of work is, its rate and the time left: a bar on a terminal, a plain line now and then elsewhere.</summary>
/// <param name="output">Where to.</param>
/// <param name="total">How many items there are.</param>
/// <param name="unit">What an item is, in the plural.</param>
/// <param name="isTerminal">Whether a line can be written over.</param>
internal sealed class ProgressBar(TextWriter output, int total, string unit, bool isTerminal)
{
    private const int Cells = 30;

    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly TimeSpan interval = isTerminal ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(10);
    private TimeSpan next;
    private int done;

    /// <summary>Items a second so far.</summary>
    public double Rate => done / Math.Max(clock.Elapsed.TotalSeconds, 1e-3);

    /// <summary>Counts one item as done.</summary>
    public void Advance()
    {
        done++;
        if (clock.Elapsed < next)
        {
            return;
        }

        next = clock.Elapsed + interval;
        Write();
    }

    /// <summary>Writes the final state.</summary>
    public void Finish()
    {
        Write();
        if (isTerminal)
        {
            output.WriteLine();
        }
    }

    private void Write()
    {
        var left = TimeSpan.FromSeconds((total - done) / Math.Max(Rate, 1e-9));
        var text = string.Create(CultureInfo.InvariantCulture, $"{done} of {total} {unit}, {Rate:0.0}/s, {Minutes(left)} left");
        if (isTerminal)
        {
            var filled = Cells * done / Math.Max(total, 1);
            output.Write($"\r[{new string('#', filled)}{new string('.', Cells - filled)}] {text}   ");
            output.Flush();
        }
        else
        {
            output.WriteLine(text);
        }
    }

    private static string Minutes(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}:{time.Seconds:00}");
}
