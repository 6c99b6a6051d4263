using System.Globalization;
using FcnService.Fuzz;
using FcnService.Load.Harness;

namespace FcnService.Load.Cases;

/// <summary>Broken images of every kind that are nearly sound: each is segmented or refused with a documented problem, soon.</summary>
internal sealed class Mutations : ICase
{
    private const int Seed = 1;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    public string Name => "mutations";

    public TimeSpan Limit => TimeSpan.FromMinutes(20);

    public async Task RunAsync(Findings findings, bool quick, CancellationToken cancellation)
    {
        var (samples, count) = (Samples(), quick ? 500 : 10_000);
        await using var service = await ServiceProcess.StartReadyAsync(cancellation);
        var answers = new Answer[count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation },
            async (index, stop) =>
            {
                var request = Request.Segment(Mutate(samples, index));
                answers[index] = await LoadClient.SendAsync(service.Port, request, stop);
            });

        var (load, alive) = (new TrafficResult(answers, TimeSpan.Zero), service.IsRunning);
        findings.Check($"{count} mutations of {samples.Length} images: process alive", alive ? "alive" : "ended", alive);
        var documented = File.ReadAllText(Path.Combine(ServiceProcess.Repository, "docs", "errors.md"));
        var undocumented = Where(answers, answer => answer.Status != 200 && !IsDocumented(answer));
        findings.Check("every answer 200 or a documented 4xx", load.Kinds + List(samples, undocumented), undocumented.Count == 0);
        var slow = Where(answers, answer => answer.Latency > Longest);
        var longest = answers.Max(answer => answer.Latency).TotalSeconds;
        findings.Check("none over 5 s", $"longest {longest:0.00} s" + List(samples, slow), slow.Count == 0);

        bool IsDocumented(Answer answer) => answer.Status is >= 400 and < 500
            && answer.Problem is { } problem && documented.Contains($"`{problem}`", StringComparison.Ordinal);
    }

    // The pictures of every format that the tests have, and a drawn PNG.
    private static (string Name, byte[] File)[] Samples()
    {
        var folder = Path.Combine(ServiceProcess.Repository, "tests", "Support", "Images");
        var files = Directory.GetFiles(folder, "quadrants*").Concat(Directory.GetFiles(folder, "three-*"));
        return
        [
            .. files.Where(path => !path.EndsWith(".avif", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
                .Select(path => (Path.GetFileName(path), File.ReadAllBytes(path))),
            ("drawn.png", Photo.Png(48, 32, Seed)),
            ("drawn-large.png", Photo.Png(200, 150, Seed)),
        ];
    }

    private static byte[] Mutate((string Name, byte[] File)[] samples, int index)
    {
        var (name, file) = samples[index % samples.Length];
        var mutated = Mutation.Of(file, new Random(unchecked(Seed * 1_000_003 + index)));
        // A decoder that stops at a wrong checksum would never come to what is behind it.
        if (name.EndsWith(".png", StringComparison.Ordinal) && index / samples.Length % 2 == 0)
        {
            PngWriter.FixChecksums(mutated);
        }

        return mutated;
    }

    private static List<int> Where(Answer[] answers, Predicate<Answer> condition) =>
        [.. Enumerable.Range(0, answers.Length).Where(index => condition(answers[index]))];

    // Kept, so that they can be sent again by hand.
    private static string List((string Name, byte[] File)[] samples, List<int> indices)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "mutations");
        foreach (var index in indices.Take(10))
        {
            Directory.CreateDirectory(folder);
            var name = string.Create(CultureInfo.InvariantCulture, $"{index}-{samples[index % samples.Length].Name}");
            File.WriteAllBytes(Path.Combine(folder, name), Mutate(samples, index));
        }

        return indices.Count == 0
            ? string.Empty
            : $"; mutations {string.Join(", ", indices.Take(10))}, kept in mutations/ beside this program";
    }
}
