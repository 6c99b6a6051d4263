using System.Runtime.InteropServices;

namespace FcnService.Load.Harness;

/// <summary>The machine that measures.</summary>
internal static class Machine
{
    /// <summary>Its cores, its processor, its system and its .NET.</summary>
    public static string Description =>
        $"{Environment.ProcessorCount} cores of {Processor()}, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    private static string Processor()
    {
        const string information = "/proc/cpuinfo";
        var line = File.Exists(information)
            ? File.ReadLines(information).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[1].Trim() ?? $"an {RuntimeInformation.ProcessArchitecture} processor";
    }
}
