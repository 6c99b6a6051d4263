using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FcnService.Api.Tests.Access;

/// <summary>A service of which everything that it and the framework log, at any level, is kept.</summary>
public class LoggedService : Service
{
    private readonly Recorder recorder = new();

    /// <summary>What was logged so far: categories, messages, values, exceptions.</summary>
    public IReadOnlyCollection<string> Log => recorder.Lines;

    /// <summary>The log line of the request with a certain path, once it is written: that is after its answer is sent.</summary>
    public async Task<string> ReadRequestLineAsync(string path, string method = "GET")
    {
        for (var attempt = 0; attempt < 300; attempt++)
        {
            if (Log.FirstOrDefault(line => line.Contains($"RequestLog: {method} {path} ", StringComparison.Ordinal)) is { } found)
            {
                return found;
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"No log line of {path} came within half a minute.");
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.ConfigureTestServices(services => services.AddLogging(logging =>
            logging.AddProvider(recorder).AddFilter<Recorder>(null, LogLevel.Trace)));
    }

    private sealed class Recorder : ILoggerProvider
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Category(categoryName, Lines);

        public void Dispose()
        {
        }

        private sealed class Category(string name, ConcurrentQueue<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull
            {
                lines.Enqueue($"{name}: {state}");
                return null;
            }

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel,
                EventId eventId,
                TState state,
                Exception? exception,
                Func<TState, Exception?, string> formatter)
            {
                var values = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(" ", pairs) : string.Empty;
                lines.Enqueue($"{name}: {formatter(state, exception)} {values} {exception}");
            }
        }
    }
}
