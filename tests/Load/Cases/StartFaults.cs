using System.Net;
using System.Net.Sockets;
using FcnService.Load.Harness;

namespace FcnService.Load.Cases;

/// <summary>What keeps the service from starting is said in one clear line, and the exit code is that of a failure.</summary>
internal sealed class StartFaults : ICase
{
    private const string Beginning = "FcnService cannot start: ";

    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(30);

    public string Name => "start-faults";

    public TimeSpan Limit => TimeSpan.FromMinutes(5);

    public async Task RunAsync(Findings findings, bool quick, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("fcn-load-");
        var models = Path.Combine(ServiceProcess.Repository, "models");
        try
        {
            foreach (var library in (string[])["vips", "onnxruntime"])
            {
                var copy = Path.Combine(folder.FullName, library);
                CopyWithout(ServiceProcess.Folder, copy, NativeLibrary(library));
                await CheckAsync(findings, $"lib{library} missing", library, copy, cancellation, $"--Models:Directory={models}");
            }

            var corrupt = Directory.CreateDirectory(Path.Combine(folder.FullName, "models"));
            const string model = "fcn8s-camvid.onnx";
            var bytes = await File.ReadAllBytesAsync(Path.Combine(models, model), cancellation);
            await File.WriteAllBytesAsync(Path.Combine(corrupt.FullName, model), bytes[..(bytes.Length / 2)], cancellation);
            var inFolder = $"--Models:Directory={corrupt.FullName}";
            await CheckAsync(findings, "model file corrupt", model, ServiceProcess.Folder, cancellation, inFolder);

            const string setting = "Segmentation:MaxSide";
            await CheckAsync(findings, "bad configuration", setting, ServiceProcess.Folder, cancellation, $"--{setting}=0");
            await CheckPortTakenAsync(findings, cancellation);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task CheckPortTakenAsync(Findings findings, CancellationToken cancellation)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var service = ServiceProcess.Start(ServiceProcess.Folder, port);
        await CheckAsync(findings, "port taken", FormattableString.Invariant($"{port}"), service, cancellation);
    }

    private static async Task CheckAsync(
        Findings findings,
        string fault,
        string expected,
        string folder,
        CancellationToken cancellation,
        params string[] settings)
    {
        await using var service = ServiceProcess.Start(folder, ServiceProcess.FreePort(), settings);
        await CheckAsync(findings, fault, expected, service, cancellation);
    }

    private static async Task CheckAsync(
        Findings findings,
        string fault,
        string expected,
        ServiceProcess service,
        CancellationToken cancellation)
    {
        var exit = await service.WaitForExitAsync(ExitLimit, cancellation);
        var lines = service.Output;
        var clear = lines.Where(line => line.Contains(Beginning, StringComparison.Ordinal)).ToList();
        var traces = lines.TakeWhile(line => clear.Count == 0 || line != clear[0]).Count(IsTrace);
        var said = clear.Count > 0 ? clear[0][clear[0].IndexOf(Beginning, StringComparison.Ordinal)..] : lines.LastOrDefault("nothing");
        var end = exit is { } code ? $"exit {code}" : "still running";
        findings.Check(
            $"{fault}: one clear line, exit code ≠ 0, no stack trace first",
            $"{end}, {clear.Count} such lines, {traces} lines of trace first: `{Shorten(said)}`",
            exit is > 0 and < 128 && clear.Count == 1 && clear[0].Contains(expected, StringComparison.Ordinal) && traces == 0);
    }

    private static bool IsTrace(string line) =>
        line.StartsWith("   at ", StringComparison.Ordinal) || line.StartsWith("Unhandled exception", StringComparison.Ordinal);

    // Temporary folders differ from run to run, and nobody else has them.
    private static string Shorten(string line)
    {
        var text = line
            .Replace(Path.GetTempPath(), "…/", StringComparison.Ordinal)
            .Replace(ServiceProcess.Repository, "…", StringComparison.Ordinal);
        return text.Length <= 200 ? text : $"{text[..200]}…";
    }

    private static void CopyWithout(string from, string to, string left)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != left))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static string NativeLibrary(string name) =>
        OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";
}
