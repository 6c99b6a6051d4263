using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FcnService.Load.Harness;

/// <summary>A service, this one or another, as a process of its own, on a free port of the loopback interface.</summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    private const int Terminate = 15;

    private const int KeptLines = 1000;

    private const string ReadyPath = "/healthz/ready";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process process;

    private readonly ConcurrentQueue<string> output = new();

    private ServiceProcess(Process process, int port)
    {
        this.process = process;
        Port = port;
        // Also keeps the pipes from filling up, which would stop the service.
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    /// <summary>Where the build put the service: beside this program, in the same configuration.</summary>
    public static string Folder { get; } = Path.GetFullPath(
        Path.Combine("..", "..", "Api", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))),
        AppContext.BaseDirectory);

    /// <summary>The repository's folder, where the models and the documents are.</summary>
    public static string Repository { get; } = FindRepository();

    public int Port { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>Resident memory, in bytes.</summary>
    /// <exception cref="ServiceFault">The service has ended.</exception>
    public long ResidentBytes => Refreshed().WorkingSet64;

    /// <summary>The most resident memory that there has been, in bytes.</summary>
    /// <exception cref="ServiceFault">The service has ended.</exception>
    public long PeakResidentBytes => Refreshed().PeakWorkingSet64;

    public bool IsRunning => !process.HasExited;

    /// <summary>The last lines of standard output and error, as they came.</summary>
    public IReadOnlyList<string> Output => [.. output];

    /// <summary>Starts the service and waits until it is ready.</summary>
    /// <exception cref="ServiceFault">It is not within 60 s.</exception>
    public static Task<ServiceProcess> StartReadyAsync(CancellationToken cancellation, params string[] settings)
    {
        var port = FreePort();
        return StartReadyAsync(Command(Folder, port, settings), port, ReadyPath, cancellation);
    }

    /// <summary>Starts any server and waits until it is ready.</summary>
    /// <param name="command">What starts it.</param>
    /// <param name="port">Where it will listen.</param>
    /// <param name="readyPath">What it answers with 200 once it is ready.</param>
    /// <param name="cancellation">Ends the waiting and the server.</param>
    /// <exception cref="ServiceFault">It is not ready within 60 s.</exception>
    public static async Task<ServiceProcess> StartReadyAsync(
        ProcessStartInfo command, int port, string readyPath, CancellationToken cancellation)
    {
        var service = Start(command, port);
        try
        {
            var clock = Stopwatch.StartNew();
            while (!await service.IsReadyAsync(cancellation, readyPath))
            {
                if (!service.IsRunning || clock.Elapsed > StartLimit)
                {
                    var lines = string.Join(" / ", service.Output.TakeLast(3));
                    throw new ServiceFault($"It is not ready after {clock.Elapsed.TotalSeconds:0} s: {lines}");
                }

                await Task.Delay(100, cancellation);
            }

            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the service in a folder, without waiting.</summary>
    public static ServiceProcess Start(string folder, int port, params string[] settings) => Start(Command(folder, port, settings), port);

    /// <summary>What starts the service in a folder.</summary>
    public static ProcessStartInfo Command(string folder, int port, params string[] settings) =>
        new("dotnet", ["FcnService.Api.dll", $"--urls=http://127.0.0.1:{port}", .. settings]) { WorkingDirectory = folder };

    /// <summary>A port that nothing listens on at this moment.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async Task<bool> IsReadyAsync(CancellationToken cancellation, string path = ReadyPath) =>
        (await LoadClient.SendAsync(Port, Request.Get(path), cancellation)).Status == 200;

    /// <summary>Asks the service to end, as an orchestrator does.</summary>
    public void SendTerminate() => _ = Kill(process.Id, Terminate);

    /// <summary>Ends the process without a warning: kill -9.</summary>
    public void KillNow() => process.Kill();

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code, or null if the process still runs after the time.</returns>
    public async Task<int?> WaitForExitAsync(TimeSpan time, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(time);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }

    private static ServiceProcess Start(ProcessStartInfo command, int port)
    {
        (command.RedirectStandardOutput, command.RedirectStandardError) = (true, true);
        var service = new ServiceProcess(new Process { StartInfo = command }, port);
        service.process.Start();
        service.process.BeginOutputReadLine();
        service.process.BeginErrorReadLine();
        return service;
    }

    private Process Refreshed()
    {
        if (!IsRunning)
        {
            throw new ServiceFault($"It ended with exit code {process.ExitCode}: {string.Join(" / ", Output.TakeLast(3))}");
        }

        process.Refresh();
        return process;
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        output.Enqueue(line);
        if (output.Count > KeptLines)
        {
            output.TryDequeue(out _);
        }
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FcnService.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} has FcnService.sln.");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
