using System.Net.Sockets;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Hosting;

/// <summary>How the process starts and ends.</summary>
internal static class HostingModule
{
    private const string DefaultAddress = "http://localhost:8080";

    public static void AddHosting(this WebApplicationBuilder builder)
    {
        // Where to listen when nothing else says it, neither --urls, ASPNETCORE_URLS nor a settings file: the first source is the weakest.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = [new("urls", DefaultAddress)] });
        builder.AddCheckedOptions<LifecycleOptions>("Lifecycle");
        builder.Services.AddSingleton<DelayedShutdown>();
        builder.Services.AddSingleton<IHostLifetime>(services => services.GetRequiredService<DelayedShutdown>());
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<LifecycleOptions>>((host, lifecycle) =>
            host.ShutdownTimeout = TimeSpan.FromSeconds(lifecycle.Value.DrainSeconds));
        builder.WebHost.ConfigureKestrel(server => server.AddServerHeader = false);
    }

    /// <summary>Serves until the process is told to end.</summary>
    /// <returns>0; or 1 after a fault of the configuration, the address or the models, said in plain lines.</returns>
    public static async Task<int> RunToExitCodeAsync(this WebApplication app)
    {
        if (CheckedOptions.FindFaults(app.Services) is { Count: > 0 } faults)
        {
            return Fail(faults);
        }

        var address = app.Configuration["urls"];
        try
        {
            await app.RunAsync();
            return Environment.ExitCode;
        }
        catch (OperationCanceledException) when (Environment.ExitCode != 0)
        {
            // A fault of the models, which has been told, ended the start before the server listened.
            return Environment.ExitCode;
        }
        catch (Exception error) when (error is IOException or SocketException or FormatException)
        {
            return Fail([$"it cannot listen on {address}: {error.Message}"]);
        }
    }

    private static int Fail(IEnumerable<string> faults)
    {
        foreach (var fault in faults)
        {
            Console.Error.WriteLine($"FcnService cannot start: {fault}");
        }

        return 1;
    }
}
