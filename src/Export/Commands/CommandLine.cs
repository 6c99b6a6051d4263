using System.CommandLine;
using System.CommandLine.Invocation;

namespace FcnService.Export.Commands;

/// <summary>Runs commands: what went wrong goes to the error output, a line a fault, and makes the exit code.</summary>
internal static class CommandLine
{
    /// <summary>The exit code for work of which some failed and the rest is done.</summary>
    public const int SomeFailed = 1;

    /// <summary>The exit code for what cannot be done as asked.</summary>
    public const int BadInput = 2;

    /// <summary>The exit code for what Ctrl-C ended before its time, as shells have it.</summary>
    public const int Interrupted = 130;

    /// <summary>Runs the command that the arguments name.</summary>
    /// <returns>0, <see cref="SomeFailed"/>, <see cref="BadInput"/> or <see cref="Interrupted"/>.</returns>
    public static async Task<int> RunAsync(this RootCommand commands, IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        var parsed = commands.Parse(arguments);
        if (parsed.Action is ParseErrorAction)
        {
            return Refuse(parsed.Errors.Select(fault => fault.Message), error);
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                // Without it Ctrl-C ends the process at once; with it the command is told, and has so long to finish what it is at.
                ProcessTerminationTimeout = TimeSpan.FromMinutes(1),
            });
        }
        catch (ExportException exception)
        {
            return Refuse(exception.Faults, error);
        }
    }

    private static int Refuse(IEnumerable<string> faults, TextWriter error)
    {
        foreach (var fault in faults)
        {
            error.WriteLine(fault);
        }

        return BadInput;
    }
}
