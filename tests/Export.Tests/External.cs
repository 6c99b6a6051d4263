using System.Diagnostics;

namespace FcnService.Export.Tests;

/// <summary>Runs other programs to their end.</summary>
internal static class External
{
    /// <summary>The Python that Debian's packages belong to.</summary>
    public const string Python = "/usr/bin/python3";

    /// <summary>Skips the test where Python has no onnx.</summary>
    public static void RequireOnnx()
    {
        var hasOnnx = File.Exists(Python) && Run(Python, ["-c", "import onnx"]).ExitCode == 0;
        Assert.SkipUnless(hasOnnx, $"needs the onnx module of {Python}");
    }

    public static (int ExitCode, string Output, string Error) Run(string program, IEnumerable<string> arguments, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? string.Empty,
        };
        using var process = Process.Start(start)!;
        // Read side by side: a program that fills one pipe while the other is being read waits for ever.
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
