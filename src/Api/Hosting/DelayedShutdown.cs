using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Hosting;

/// <summary>
/// Ends the process in the order that load balancers need. SIGTERM: not ready at once, serving on for a while, then no new connections, then
/// the end when the last request is answered. A second signal, or Ctrl-C, skips the wait.
/// </summary>
internal sealed partial class DelayedShutdown(
    IHostApplicationLifetime lifetime, IOptions<LifecycleOptions> options, ILogger<DelayedShutdown> logger) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> registrations = [];
    private volatile bool isDraining;

    /// <summary>Whether the process has been told to end.</summary>
    public bool IsDraining => isDraining;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, StopNow));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGQUIT, StopNow));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopLater));
        lifetime.ApplicationStopping.Register(() => isDraining = true);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => registrations.ForEach(registration => registration.Dispose());

    private void StopNow(PosixSignalContext context)
    {
        context.Cancel = true;
        lifetime.StopApplication();
    }

    private void StopLater(PosixSignalContext context)
    {
        context.Cancel = true;
        if (isDraining)
        {
            lifetime.StopApplication();
            return;
        }

        isDraining = true;
        var delay = TimeSpan.FromSeconds(options.Value.ShutdownDelaySeconds);
        LogDraining(delay.TotalSeconds, options.Value.DrainSeconds);
        _ = Task.Delay(delay).ContinueWith(_ => lifetime.StopApplication(), TaskScheduler.Default);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Told to end: not ready from now on, serving for {DelaySeconds} s more, then draining for at most {DrainSeconds} s")]
    private partial void LogDraining(double delaySeconds, double drainSeconds);
}
