using System.Diagnostics;
using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Labels;
using FcnService.Inference.Models;
using FcnService.Inference.Preprocessing;
using FcnService.Inference.Scheduling;

namespace FcnService.Inference;

/// <summary>Segments photos with one model: decode, fit, normalize, run, label. Safe for calls in parallel.</summary>
public sealed class Segmenter : IDisposable
{
    // A PNG of one grey pixel.
    private static readonly byte[] OnePixel = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==");

    private readonly ImageDecoder decoder;
    private readonly ModelSession session;
    private readonly Normalizer normalizer;
    private readonly OutputLabeler labeler;

    /// <summary>Creates a segmenter, which owns the session from now on.</summary>
    public Segmenter(ModelSession session, ImageDecoder decoder)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(decoder);
        this.session = session;
        this.decoder = decoder;
        var input = session.Contract.Input;
        normalizer = new Normalizer(input.Channels, input.Layout, input.Mean, input.Std);
        labeler = new OutputLabeler(session.Name, session.Contract);
    }

    /// <summary>The model's name.</summary>
    public string Name => session.Name;

    /// <summary>What the model takes and gives.</summary>
    public ModelContract Contract => session.Contract;

    /// <summary>What the model's file declares.</summary>
    public GraphSignature Graph => session.Graph;

    /// <summary>Where the network runs.</summary>
    public string Provider => session.Provider;

    /// <summary>Why the optimised graph is not kept for the next start; null where it is, and where it need not be.</summary>
    public string? NotKept => session.NotKept;

    /// <summary>What tells the model's files from others, of the same name too: the hash of their content.</summary>
    public Task<string> Fingerprint => session.Fingerprint;

    /// <summary>Reads a photo's header, and with it what the photo will cost.</summary>
    /// <param name="file">JPEG, PNG, WebP, GIF, TIFF or AVIF; must not change while the result lives.</param>
    /// <exception cref="ImageRejectedException">The photo is not taken.</exception>
    public OpenedPhoto Open(ReadOnlyMemory<byte> file)
    {
        var image = decoder.Open(file);
        return new OpenedPhoto(image, Contract.SizePolicy.Frame(image.Size));
    }

    /// <summary>The network's input for an encoded photo, for those who run the network themselves.</summary>
    /// <param name="file">As for <see cref="Open"/>.</param>
    /// <returns>The input, which belongs to the caller.</returns>
    /// <exception cref="ImageRejectedException">The photo is not taken.</exception>
    public InputTensor ReadInput(ReadOnlyMemory<byte> file)
    {
        using var photo = Open(file);
        using var prepared = Prepare(photo);
        return prepared.TakeInput();
    }

    /// <summary>Segments an encoded photo at once, on the caller's thread.</summary>
    /// <param name="file">As for <see cref="Open"/>.</param>
    /// <returns>A label for each pixel of the upright photo.</returns>
    /// <exception cref="ImageRejectedException">The photo is not taken.</exception>
    /// <exception cref="InvalidModelException">The network gave something else than its contract says.</exception>
    public Segmentation Segment(ReadOnlyMemory<byte> file)
    {
        using var photo = Open(file);
        return Segment(photo, SegmentationDetail.Labels);
    }

    /// <summary>Segments a photo at once, on the caller's thread.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="detail">What the result holds.</param>
    /// <returns>A label for each pixel of the upright photo, and what was asked for besides.</returns>
    /// <exception cref="ImageRejectedException">The photo is broken or truncated.</exception>
    /// <exception cref="InvalidModelException">The network gave something else than its contract says.</exception>
    public Segmentation Segment(OpenedPhoto photo, SegmentationDetail detail)
    {
        using var prepared = Prepare(photo);
        return RunHere(prepared, detail);
    }

    /// <summary>Labels a photo in turn with others.</summary>
    /// <inheritdoc cref="SegmentAsync(OpenedPhoto, SegmentationDetail, SegmentationPipeline, CancellationToken)"/>
    public Task<Segmentation> SegmentAsync(OpenedPhoto photo, SegmentationPipeline pipeline, CancellationToken cancellation) =>
        SegmentAsync(photo, SegmentationDetail.Labels, pipeline, cancellation);

    /// <summary>Segments a photo in turn with others.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="detail">What the result holds.</param>
    /// <param name="pipeline">Where it waits for its turn.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>A label for each pixel of the upright photo, and what was asked for besides.</returns>
    /// <exception cref="ImageRejectedException">The photo is broken or truncated.</exception>
    /// <exception cref="InvalidModelException">The network gave something else than its contract says.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async Task<Segmentation> SegmentAsync(
        OpenedPhoto photo, SegmentationDetail detail, SegmentationPipeline pipeline, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        using var prepared = await pipeline.DecodeAsync(() => Prepare(photo), cancellation).ConfigureAwait(false);
        var scheduled = await RunAsync(prepared.TakeInput(), pipeline, cancellation).ConfigureAwait(false);
        using var output = scheduled.Output;
        return Finish(output, prepared, scheduled, detail);
    }

    /// <summary>Runs the network in turn with others, for those who prepare its input and read its output themselves.</summary>
    /// <param name="input">The input, as <see cref="Contract"/> says; belongs to the run from now on.</param>
    /// <param name="pipeline">Where it waits for its turn.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>What the network gave, which belongs to the caller.</returns>
    /// <exception cref="InvalidModelException">The network failed.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async Task<ScheduledOutput> RunAsync(InputTensor input, SegmentationPipeline pipeline, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        using var span = StageTrace.Start("inference", Name);
        return await pipeline.Scheduler.RunAsync(session, input, cancellation).ConfigureAwait(false);
    }

    /// <summary>Runs the whole way once, on a grey image, so that the first request finds everything in place.</summary>
    /// <param name="photo">The size of the image.</param>
    /// <exception cref="InvalidModelException">The network failed, or gave something else than its contract says.</exception>
    public void WarmUp(ImageSize photo)
    {
        using (var pixel = decoder.Open(OnePixel))
        {
            pixel.Decode(pixel.Size).Dispose();
        }

        var frame = Contract.SizePolicy.Frame(photo);
        using var image = new RgbImage(frame.Content);
        image.Pixels.Fill(128);
        using var prepared = Normalize(image, frame, decode: TimeSpan.Zero);
        RunHere(prepared, SegmentationDetail.Labels).Dispose();
    }

    /// <summary>Unloads the model.</summary>
    public void Dispose() => session.Dispose();

    private PreparedPhoto Prepare(OpenedPhoto photo)
    {
        var clock = Stopwatch.StartNew();
        using var image = Decode(photo);
        return Normalize(image, photo.Frame, clock.Elapsed);
    }

    private RgbImage Decode(OpenedPhoto photo)
    {
        using var span = StageTrace.Start("decode", Name);
        return photo.Image.Decode(photo.Frame.Content);
    }

    private PreparedPhoto Normalize(RgbImage image, NetworkFrame frame, TimeSpan decode)
    {
        using var span = StageTrace.Start("preprocess", Name);
        var clock = Stopwatch.StartNew();
        var input = new InputTensor(frame.Input, session.InputMemory);
        normalizer.Write(image, frame, input.Values.Span);
        return new PreparedPhoto(input, frame, decode, clock.Elapsed);
    }

    private Segmentation RunHere(PreparedPhoto prepared, SegmentationDetail detail)
    {
        var clock = Stopwatch.StartNew();
        using var input = prepared.TakeInput();
        using var output = session.Run([input])[0];
        return Finish(output, prepared, new ScheduledOutput(output, TimeSpan.Zero, clock.Elapsed, BatchSize: 1), detail);
    }

    private Segmentation Finish(NetworkOutput output, PreparedPhoto prepared, ScheduledOutput run, SegmentationDetail detail)
    {
        using var span = StageTrace.Start("postprocess", Name);
        var clock = Stopwatch.StartNew();
        var labels = labeler.Label(output, prepared.Frame);
        try
        {
            var confidence = detail == SegmentationDetail.Confidence ? labeler.MeasureConfidence(output, prepared.Frame) : null;
            var probabilities = detail == SegmentationDetail.Probabilities ? labeler.KeepProbabilities(output, prepared.Frame) : null;
            var times = new StageTimes(prepared.Decode, prepared.Preprocess, run.Waited, run.Took, clock.Elapsed);
            return new Segmentation(labels, times, run.BatchSize) { Confidence = confidence, Probabilities = probabilities };
        }
        catch
        {
            labels.Dispose();
            throw;
        }
    }

    /// <summary>A photo that is ready to run.</summary>
    private sealed class PreparedPhoto(InputTensor input, NetworkFrame frame, TimeSpan decode, TimeSpan preprocess) : IDisposable
    {
        private InputTensor? input = input;

        public NetworkFrame Frame => frame;

        public TimeSpan Decode => decode;

        public TimeSpan Preprocess => preprocess;

        /// <summary>Hands the input over to whoever runs it.</summary>
        public InputTensor TakeInput() => Interlocked.Exchange(ref input, null) ?? throw new InvalidOperationException("The input was taken before.");

        public void Dispose() => Interlocked.Exchange(ref input, null)?.Dispose();
    }
}

/// <summary>A photo whose header has been read. Dispose it once.</summary>
/// <param name="Image">The encoded image.</param>
/// <param name="Frame">What the network will see of it.</param>
public sealed record OpenedPhoto(EncodedImage Image, NetworkFrame Frame) : IDisposable
{
    /// <summary>What it costs to run, in millions of pixels of the network's input.</summary>
    public double Megapixels => Frame.Input.Pixels / 1e6;

    /// <summary>Lets go of the file's bytes.</summary>
    public void Dispose() => Image.Dispose();
}

/// <summary>What a segmentation holds besides labels, each of which takes its time.</summary>
public enum SegmentationDetail
{
    /// <summary>Nothing.</summary>
    Labels,

    /// <summary>How sure the network is of each pixel's class.</summary>
    Confidence,

    /// <summary>The probability of every class at each pixel.</summary>
    Probabilities,
}

/// <summary>A segmented photo. Dispose it once.</summary>
/// <param name="Labels">A label for each pixel of the upright photo.</param>
/// <param name="Times">How long each stage took.</param>
/// <param name="BatchSize">How many photos ran together.</param>
public sealed record Segmentation(ClassMap Labels, StageTimes Times, int BatchSize) : IDisposable
{
    private ProbabilityMap? probabilities;

    /// <summary>How sure the network is; null where it was not asked for, or the model gives labels.</summary>
    public ConfidenceMap? Confidence { get; init; }

    /// <summary>The probabilities; null where they were not asked for, or were taken, or the model gives labels.</summary>
    public ProbabilityMap? Probabilities
    {
        get => probabilities;
        init => probabilities = value;
    }

    /// <summary>Hands the probabilities over to whoever outlives the segmentation.</summary>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public ProbabilityMap TakeProbabilities() =>
        Interlocked.Exchange(ref probabilities, null) ?? throw new InvalidOperationException("The segmentation holds no probabilities.");

    /// <summary>Gives the buffers back.</summary>
    public void Dispose()
    {
        Labels.Dispose();
        Confidence?.Dispose();
        Interlocked.Exchange(ref probabilities, null)?.Dispose();
    }
}

/// <summary>How long the stages of one segmentation took.</summary>
/// <param name="Decode">From the encoded photo to RGB at the size that the network sees.</param>
/// <param name="Preprocess">From RGB to the network's input.</param>
/// <param name="Queue">The wait for the network.</param>
/// <param name="Inference">The network.</param>
/// <param name="Postprocess">From the network's output to labels at the photo's size.</param>
public readonly record struct StageTimes(TimeSpan Decode, TimeSpan Preprocess, TimeSpan Queue, TimeSpan Inference, TimeSpan Postprocess);
