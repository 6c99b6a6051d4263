using FcnService.Inference;
using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;
using FcnService.Inference.Providers;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Models;

/// <summary>
/// Loads the models while the server already answers probes, runs each once, and then puts them into service. A model that cannot be served
/// ends the start: a service that silently lacks one is worse than one that says why it does not start. From then on the folder is watched:
/// a new or changed file is loaded beside the old model and takes its place; a bad one leaves the old serving.
/// </summary>
internal sealed partial class ModelLoading(
    IOptions<ModelsOptions> options,
    Lazy<ProviderSelection> provider,
    ImageDecoder decoder,
    ServedModels served,
    IHostEnvironment environment,
    IHostApplicationLifetime lifetime,
    ILogger<ModelLoading> logger) : BackgroundService
{
    // A small image touches every weight and compiles all code too; one of odd sides shows whether the network takes what it says.
    private static readonly ImageSize WarmUpSize = new(61, 43);

    private readonly SemaphoreSlim oneAtATime = new(1);
    private readonly string directory = options.Value.FindDirectory(environment.ContentRootPath);

    // The provider is selected with the first use, where its fault is told.
    private SessionSettings Settings => new()
    {
        Provider = provider.Value.Provider,
        Threads = options.Value.Threads,
        SizeMultiple = options.Value.SizeMultiple,
        KeepOptimizedGraph = options.Value.KeepOptimizedGraphs,
    };

    /// <summary>Loads a model's file now and puts it into service.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="cancellation">Ends the wait for another load to end.</param>
    /// <returns>What is wrong with the file; null if it is served now.</returns>
    public async Task<string?> ReloadAsync(string name, CancellationToken cancellation)
    {
        await oneAtATime.WaitAsync(cancellation);
        try
        {
            return Replace(name);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <summary>Whether the folder has a file of a model.</summary>
    public bool Exists(string name) => ModelFiles.Look(directory).Stamps.ContainsKey(name);

    public override void Dispose()
    {
        base.Dispose();
        // A process that ends while a native library is at work crashes: after a start that failed, loading may still go on.
        if (ExecuteTask is { } loading)
        {
            Task.WaitAny(loading);
        }

        oneAtATime.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(() => LoadAndWatchAsync(stoppingToken), stoppingToken);

    private async Task LoadAndWatchAsync(CancellationToken stopping)
    {
        ModelFiles files;
        try
        {
            files = LoadAll();
        }
        catch (Exception error)
        {
            Environment.ExitCode = 1;
            if (FaultOf(error) is not { } fault)
            {
                throw;
            }

            LogFault(fault);
            lifetime.StopApplication();
            return;
        }

        if (options.Value.WatchSeconds > 0)
        {
            try
            {
                await WatchAsync(files, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // The service ends, maybe before it has begun: nothing to tell.
            }
        }
    }

    // What is no fault of ours is told in a line.
    private static string? FaultOf(Exception error) => error switch
    {
        InvalidModelException or IOException or UnauthorizedAccessException => error.Message,
        ProviderUnavailableException => $"Inference:Provider is cuda, but {error.Message}",
        DllNotFoundException missing => $"a native library is missing: {missing.Message.Split('\n')[0].Trim()}",
        TypeInitializationException { InnerException: { } inner } => FaultOf(inner),
        _ => null,
    };

    private ModelFiles LoadAll()
    {
        LogProvider(provider.Value.Provider.Name, provider.Value.Provider.Device, provider.Value.Reason);
        var files = Directory.Exists(directory) ? ModelFiles.Look(directory) : new ModelFiles(new Dictionary<string, string>());
        var catalog = ModelCatalog.Load(directory, Settings, decoder);
        try
        {
            if (catalog.Find(options.Value.Default) is null)
            {
                throw new InvalidModelException($"Models:Default is '{options.Value.Default}', but {directory} has {string.Join(", ", catalog.Names)}.");
            }

            foreach (var segmenter in catalog.Segmenters)
            {
                WarmUp(segmenter);
            }
        }
        catch
        {
            catalog.Dispose();
            throw;
        }

        TellNotKept([.. catalog.Segmenters]);
        served.PublishAll(catalog.Segmenters);
        LogReady(directory, options.Value.Default);
        return files;
    }

    // A file is taken when it looks the same twice in a row: until then it may still be being written.
    private async Task WatchAsync(ModelFiles known, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.WatchSeconds));
        var before = known;
        var taken = known.Stamps.ToDictionary(StringComparer.Ordinal);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            ModelFiles now;
            try
            {
                now = ModelFiles.Look(directory);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                LogUnreadable(directory, error.Message);
                continue;
            }

            foreach (var (name, stamp) in now.Stamps.Where(file => taken.GetValueOrDefault(file.Key) != file.Value))
            {
                if (before.Stamps.GetValueOrDefault(name) == stamp)
                {
                    taken[name] = stamp;
                    await ReloadAsync(name, stopping);
                }
            }

            foreach (var name in taken.Keys.Where(name => !now.Stamps.ContainsKey(name) && !before.Stamps.ContainsKey(name)).ToList())
            {
                taken.Remove(name);
                Withdraw(name);
            }

            before = now;
        }
    }

    private string? Replace(string name)
    {
        Segmenter? segmenter = null;
        try
        {
            segmenter = new Segmenter(ModelSession.Load(Path.Combine(directory, $"{name}.onnx"), Settings), decoder);
            WarmUp(segmenter);
            TellNotKept(segmenter);
            served.Publish(segmenter);
            return null;
        }
        catch (Exception error) when (error is InvalidModelException or IOException or UnauthorizedAccessException)
        {
            segmenter?.Dispose();
            served.RecordFault(name, error.Message);
            LogKept(name, error.Message);
            return error.Message;
        }
    }

    // The default model serves on: without it most requests would fail.
    private void Withdraw(string name)
    {
        if (name == options.Value.Default)
        {
            served.RecordFault(name, $"Its file is no longer in {directory}.");
            LogKept(name, "its file is gone");
            return;
        }

        served.Withdraw(name);
        LogWithdrawn(name);
    }

    private void WarmUp(Segmenter segmenter)
    {
        segmenter.WarmUp(WarmUpSize);
        LogLoaded(segmenter.Name, segmenter.Contract.Classes.Count, segmenter.Provider);
    }

    // In a line for all of them: they have one folder.
    private void TellNotKept(params IReadOnlyList<Segmenter> segmenters)
    {
        var notKept = segmenters.Where(segmenter => segmenter.NotKept is not null).ToList();
        if (notKept.Count > 0)
        {
            LogNotKept(string.Join(", ", notKept.Select(segmenter => segmenter.Name)), notKept[0].NotKept!);
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "FcnService cannot start: {Fault}")]
    private partial void LogFault(string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Networks run on {Provider}, {Device}: {Reason}")]
    private partial void LogProvider(string provider, string device, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Model {Model} loaded: {Classes} classes, on {Provider}")]
    private partial void LogLoaded(string model, int classes, string provider);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "What ONNX Runtime makes of {Models} is not kept, and every start takes the time and memory to make it: {Fault}. "
            + "A volume there that the service can write to would help; Models:KeepOptimizedGraphs=false ends the attempts")]
    private partial void LogNotKept(string models, string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Ready: models of {Directory}, by default {Default}")]
    private partial void LogReady(string directory, string @default);

    [LoggerMessage(Level = LogLevel.Error, Message = "The new file of model {Model} is not taken, what is loaded serves on: {Fault}")]
    private partial void LogKept(string model, string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Model {Model} withdrawn: its file is gone")]
    private partial void LogWithdrawn(string model);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The models folder {Directory} cannot be read: {Fault}")]
    private partial void LogUnreadable(string directory, string fault);
}
