using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Models;

/// <summary>
/// Loads the models while the server already answers probes, runs each once, and then puts them into service. A model that cannot be served
/// ends the process: a service that silently lacks one is worse than one that says why it does not start.
/// </summary>
internal sealed partial class ModelLoading(
    IOptions<ModelsOptions> options,
    ImageDecoder decoder,
    ServedModels served,
    IHostEnvironment environment,
    IHostApplicationLifetime lifetime,
    ILogger<ModelLoading> logger) : BackgroundService
{
    private static readonly ImageSize WarmUpSize = new(480, 360);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(LoadOrStop, stoppingToken);

    private void LoadOrStop()
    {
        try
        {
            Load();
        }
        catch (InvalidModelException fault)
        {
            LogFault(fault.Message);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    private void Load()
    {
        var directory = options.Value.FindDirectory(environment.ContentRootPath);
        var catalog = ModelCatalog.Load(directory, new SessionSettings { Threads = options.Value.Threads }, decoder);
        try
        {
            if (catalog.Find(options.Value.Default) is null)
            {
                throw new InvalidModelException(
                    $"Models:Default is '{options.Value.Default}', but {directory} has {string.Join(", ", catalog.Names)}.");
            }

            foreach (var segmenter in catalog.Segmenters)
            {
                segmenter.WarmUp(WarmUpSize);
                LogLoaded(segmenter.Name, segmenter.Contract.Classes.Count, segmenter.Provider);
            }
        }
        catch
        {
            catalog.Dispose();
            throw;
        }

        served.Publish(catalog);
        LogReady(directory, options.Value.Default);
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "FcnService cannot start: {Fault}")]
    private partial void LogFault(string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Model {Model} loaded: {Classes} classes, on {Provider}")]
    private partial void LogLoaded(string model, int classes, string provider);

    [LoggerMessage(Level = LogLevel.Information, Message = "Ready: models of {Directory}, by default {Default}")]
    private partial void LogReady(string directory, string @default);
}
