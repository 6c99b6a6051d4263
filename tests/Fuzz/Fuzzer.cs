using System.Diagnostics;
using FcnService.Export;
using FcnService.Export.Weights;

namespace FcnService.Fuzz;

/// <summary>
/// Reads mutated files as an import does, every tensor as 32-bit floats. Each must be read or refused in a sentence, within 5 s, and by
/// allocating at most 4 times the file's bytes and 1 MiB: buffers, the runtime's own and the estimate in the pickle's budget.
/// </summary>
internal static class Fuzzer
{
    public const long AllowedConstant = 1 << 20;

    private const int AllowedTimesTheFile = 4;

    private static readonly TimeSpan AllowedTime = TimeSpan.FromSeconds(5);

    /// <summary>Fuzzes one format.</summary>
    /// <param name="format">Its name, for the seeds and the summary.</param>
    /// <param name="samples">Sound files of it.</param>
    /// <param name="count">How many files to make.</param>
    /// <param name="seed">Equal seeds make equal files.</param>
    public static Summary Run(string format, IReadOnlyList<byte[]> samples, int count, int seed)
    {
        var summary = new Summary(format);
        var folder = Directory.CreateTempSubdirectory("fcn-fuzz-");
        try
        {
            var path = Path.Combine(folder.FullName, "mutated");
            foreach (var sample in samples)
            {
                // The first time a method runs it is compiled, which is not the file's doing.
                File.WriteAllBytes(path, sample);
                ReadAll(path);
            }

            for (var i = 0; i < count; i++)
            {
                var file = Mutation.Of(samples[i % samples.Count], new Random(HashCode(format, seed, i)));
                File.WriteAllBytes(path, file);
                Try(path, file.Length, i, summary);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return summary;
    }

    private static void Try(string path, long length, int index, Summary summary)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        try
        {
            ReadAll(path);
            summary.Read++;
        }
        catch (ExportException error)
        {
            summary.Refused++;
            if (error.Faults is not [var fault] || !fault.StartsWith(path, StringComparison.Ordinal) || fault.Any(char.IsControl)
                || !fault.EndsWith('.') || fault.Length > 2000)
            {
                summary.Violations.Add($"file {index}: not one clear line: {error.Message}");
            }
        }
#pragma warning disable CA1031 // Whatever else it is, it is what is looked for.
        catch (Exception error)
#pragma warning restore CA1031
        {
            summary.Violations.Add($"file {index}: {error}");
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        summary.MostAllocated = Math.Max(summary.MostAllocated, allocated);
        summary.Longest = clock.Elapsed > summary.Longest ? clock.Elapsed : summary.Longest;
        if (allocated > AllowedTimesTheFile * length + AllowedConstant)
        {
            summary.Violations.Add($"file {index}: {allocated} bytes allocated for a file of {length}");
        }

        if (clock.Elapsed > AllowedTime)
        {
            summary.Violations.Add($"file {index}: {clock.Elapsed.TotalSeconds:F1} s");
        }
    }

    private static void ReadAll(string path)
    {
        using var file = WeightFile.Open(path);
        foreach (var tensor in file.Tensors)
        {
            file.ReadFloat32(tensor);
        }
    }

    /// <summary>Unlike the framework's, the same in every process.</summary>
    private static int HashCode(string format, int seed, int index) =>
        unchecked(format.Aggregate(seed, (hash, letter) => hash * 31 + letter) * 1_000_003 + index);

    /// <summary>What came of the files of a format.</summary>
    /// <param name="format">Its name.</param>
    internal sealed class Summary(string format)
    {
        public int Read { get; set; }

        public int Refused { get; set; }

        public long MostAllocated { get; set; }

        public TimeSpan Longest { get; set; }

        public List<string> Violations { get; } = [];

        public override string ToString() => FormattableString.Invariant(
            $"{format,-17} read {Read,6}, refused {Refused,6}, violations {Violations.Count}, at most {MostAllocated / 1024} KiB and ") +
            FormattableString.Invariant($"{Longest.TotalMilliseconds:F0} ms");
    }
}
