using System.Globalization;
using FcnService.Load.Harness;

namespace FcnService.Load.Cases;

/// <summary>Photos of every size, one after another: memory does not grow with what has been.</summary>
internal sealed class MemoryPlateau : ICase
{
    private const int Smallest = 16;

    private const int Largest = 2000;

    private const int Settled = 200;

    public string Name => "memory";

    public TimeSpan Limit => TimeSpan.FromMinutes(40);

    public async Task RunAsync(Findings findings, bool quick, CancellationToken cancellation)
    {
        await using var service = await ServiceProcess.StartReadyAsync(cancellation);
        var (count, random, picture) = (quick ? 300 : 2000, new Random(1), Photo.Draw(Largest, Largest, seed: 1));
        var (kinds, settled, most) = (new Dictionary<string, int>(), 0L, 0L);
        for (var i = 1; i <= count; i++)
        {
            var (width, height) = (random.Next(Smallest, Largest + 1), random.Next(Smallest, Largest + 1));
            var request = Request.Segment(PngWriter.Write(width, height, picture, 3 * Largest));
            var answer = await LoadClient.SendAsync(service.Port, request, cancellation);
            kinds[answer.Kind] = kinds.GetValueOrDefault(answer.Kind) + 1;
            most = Math.Max(most, service.ResidentBytes);
            settled = i == Settled ? service.ResidentBytes : settled;
        }

        var last = service.ResidentBytes;
        var bound = $"resident memory after request {count} ≤ 1.1 × after request {Settled}";
        var measured = $"{Mib(last)} after {Mib(settled)}, most {Mib(most)}";
        if (quick)
        {
            findings.Skip(bound, $"{measured}; too few requests to judge");
        }
        else
        {
            findings.Check(bound, $"{measured}: {(double)last / settled:0.00} ×", last <= 1.1 * settled);
        }

        findings.Check(
            $"{count} requests of {Smallest}…{Largest} px a side: every answer 200",
            string.Join(", ", kinds.Select(kind => $"{kind.Value} × {kind.Key}")),
            kinds.GetValueOrDefault("200") == count);
    }

    private static string Mib(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB");
}
