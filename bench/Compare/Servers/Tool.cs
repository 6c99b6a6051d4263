using System.ComponentModel;
using System.Diagnostics;

namespace FcnService.Compare.Servers;

/// <summary>Other people's programs that are run to their end.</summary>
internal static class Tool
{
    /// <summary>Runs a program.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Where it works.</param>
    /// <param name="remedy">What to do where it is missing or fails.</param>
    /// <returns>What it printed.</returns>
    /// <exception cref="UnavailableException">It is missing or fails.</exception>
    public static string Run(string program, IEnumerable<string> arguments, string folder, string remedy)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        try
        {
            using var process = Process.Start(start)!;
            // Read side by side: a program that fills one pipe while the other is being read waits for ever.
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? output
                : throw new UnavailableException($"{program} fails ({errors.GetAwaiter().GetResult().Trim().Split('\n')[^1]}): {remedy}.");
        }
        catch (Win32Exception)
        {
            throw new UnavailableException($"{program} is not there: {remedy}.");
        }
    }
}
