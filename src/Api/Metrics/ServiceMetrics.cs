using System.Diagnostics.Metrics;
using FcnService.Inference;
using FcnService.Inference.Answers;
using FcnService.Inference.Providers;

namespace FcnService.Api.Metrics;

/// <summary>
/// What the service measures of itself; docs/metrics.md explains each. Models are named by what is loaded and reasons by what is
/// documented, never by what a request says: every label would cost memory for ever.
/// </summary>
internal sealed class ServiceMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "FcnService";

    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    private static readonly InstrumentAdvice<int> Counts = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64] };

    private readonly Histogram<double> stageDuration;
    private readonly Histogram<double> queueWait;
    private readonly Histogram<int> batchSize;
    private readonly Counter<long> answers;
    private readonly Counter<long> rejections;
    private readonly Counter<long> abandoned;
    private readonly HashSet<(string Name, string Provider)> shownModels = [];

    private Func<(double Megapixels, int Requests)>? queue;
    private Func<IEnumerable<(string Name, bool Loaded, string Provider)>>? models;
    private Func<ExecutionProvider?>? provider;

    /// <summary>Creates the instruments.</summary>
    public ServiceMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        stageDuration = meter.CreateHistogram(
            "fcnservice.stage.duration", "s", "Time that one stage of a segmentation took.", tags: null, advice: Durations);
        queueWait = meter.CreateHistogram(
            "fcnservice.queue.wait", "s", "Time that a request waited for the model.", tags: null, advice: Durations);
        batchSize = meter.CreateHistogram(
            "fcnservice.batch.size", "{request}", "Requests that shared one run of the model.", tags: null, advice: Counts);
        answers = meter.CreateCounter<long>("fcnservice.answers", "{answer}", "Images that were segmented and answered.");
        rejections = meter.CreateCounter<long>("fcnservice.requests.rejected", "{request}", "Requests answered with a problem.");
        abandoned = meter.CreateCounter<long>(
            "fcnservice.requests.abandoned", "{request}", "Requests whose client went away before the answer.");
        meter.CreateObservableUpDownCounter("fcnservice.queue.requests", QueuedRequests, "{request}", "Requests that wait for a model.");
        meter.CreateObservableUpDownCounter(
            "fcnservice.queue.pixels", QueuedPixels, "{pixel}", "Pixels of network input that wait for a model.");
        meter.CreateObservableGauge("fcnservice.model.loaded", LoadedModels, "{model}", "1 if requests can use the model, 0 if not.");
        meter.CreateObservableGauge("fcnservice.inference.provider", SelectedProvider, "{provider}", "Always 1; what networks run on.");
        meter.CreateObservableUpDownCounter("process.memory.usage", () => Environment.WorkingSet, "By", "Resident memory of the process.");
    }

    /// <summary>Records the stages of a mask that is ready to be sent.</summary>
    /// <param name="model">The loaded model's name.</param>
    /// <param name="times">From decoding to labels.</param>
    /// <param name="encode">From labels to the encoded mask.</param>
    public void RecordStages(string model, StageTimes times, TimeSpan encode)
    {
        RecordStage(model, "decode", times.Decode);
        RecordStage(model, "preprocess", times.Preprocess);
        RecordRun(model, times.Queue, times.Inference);
        RecordStage(model, "postprocess", times.Postprocess);
        RecordStage(model, "encode", encode);
    }

    /// <summary>Records a run of the model alone, on an input that a client prepared.</summary>
    /// <param name="model">The loaded model's name.</param>
    /// <param name="queue">The wait for the network.</param>
    /// <param name="inference">The network.</param>
    public void RecordRun(string model, TimeSpan queue, TimeSpan inference)
    {
        RecordStage(model, "inference", inference);
        queueWait.Record(queue.TotalSeconds, Tag("model", model));
    }

    /// <summary>Records how many requests one run of the model served.</summary>
    public void RecordBatch(string model, int size) => batchSize.Record(size, Tag("model", model));

    /// <summary>Counts an image that was segmented and answered.</summary>
    /// <param name="model">The loaded model's name.</param>
    /// <param name="kind">What it was answered with.</param>
    public void CountAnswer(string model, AnswerKind kind) =>
        answers.Add(1, Tag("model", model), Tag("output", kind.ToString().ToLowerInvariant()));

    /// <summary>Counts a request that was answered with a problem.</summary>
    /// <param name="reason">The problem's name.</param>
    public void CountRejection(string reason) => rejections.Add(1, Tag("reason", reason));

    /// <summary>Counts a request whose client went away before the answer.</summary>
    public void CountAbandoned(string model) => abandoned.Add(1, Tag("model", model));

    /// <summary>Names who tells how much waits; the last one named is asked, whenever metrics are collected.</summary>
    public void ObserveQueue(Func<(double Megapixels, int Requests)> observe) => queue = observe;

    /// <summary>Names who tells the models' state; the last one named is asked, whenever metrics are collected.</summary>
    public void ObserveModels(Func<IEnumerable<(string Name, bool Loaded, string Provider)>> observe) => models = observe;

    /// <summary>Names who tells the provider, null until there is one; the last one named is asked, whenever metrics are collected.</summary>
    public void ObserveProvider(Func<ExecutionProvider?> observe) => provider = observe;

    private void RecordStage(string model, string stage, TimeSpan time) =>
        stageDuration.Record(time.TotalSeconds, Tag("model", model), Tag("stage", stage));

    private static KeyValuePair<string, object?> Tag(string key, string value) => new(key, value);

    private IEnumerable<Measurement<int>> QueuedRequests() => queue is null ? [] : [new(queue().Requests)];

    private IEnumerable<Measurement<long>> QueuedPixels() => queue is null ? [] : [new((long)(queue().Megapixels * 1_000_000))];

    private IEnumerable<Measurement<int>> SelectedProvider() =>
        provider?.Invoke() is { } selected ? [new(1, Tag("provider", selected.Name), Tag("device", selected.Device))] : [];

    // The SDK shows a series at its last value for ever: one that is not told any more must be told as 0.
    private List<Measurement<int>> LoadedModels()
    {
        // Scrapes and pushes may collect at the same time.
        lock (shownModels)
        {
            var told = models?.Invoke().ToList() ?? [];
            var loaded = told.Where(model => model.Loaded).Select(model => (model.Name, model.Provider)).ToHashSet();
            shownModels.UnionWith(told.Select(model => (model.Name, model.Provider)));
            return [.. shownModels.Select(model => new Measurement<int>(
                loaded.Contains(model) ? 1 : 0, Tag("model", model.Name), Tag("provider", model.Provider)))];
        }
    }
}
