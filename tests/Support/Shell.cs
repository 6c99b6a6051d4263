using System.Diagnostics;

namespace FcnService.Tests.Support;

/// <summary>Runs what the documentation has its readers type.</summary>
internal static class Shell
{
    private const string Bash = "/bin/bash";

    /// <summary>Skips the test where a command fails.</summary>
    /// <param name="command">The command.</param>
    /// <param name="what">What its failure says is missing.</param>
    public static async Task RequireAsync(string command, string what)
    {
        Assert.SkipUnless(File.Exists(Bash), "needs bash");
        Assert.SkipUnless((await RunAsync(command, SharedData.Repository)).ExitCode == 0, $"needs {what}");
    }

    /// <summary>Runs commands up to the first that fails.</summary>
    /// <returns>The last exit code, and both outputs, the error output last.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(string script, string folder)
    {
        var start = new ProcessStartInfo(Bash, ["-e", "-o", "pipefail", "-c", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await error);
    }
}
