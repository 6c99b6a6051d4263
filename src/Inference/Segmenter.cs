using System.Buffers;
using System.Diagnostics;
using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Labels;
using FcnService.Inference.Models;
using FcnService.Inference.Preprocessing;

namespace FcnService.Inference;

/// <summary>Segments photos with one model: decode, fit, normalize, run, label. Safe for calls in parallel.</summary>
public sealed class Segmenter : IDisposable
{
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

    /// <summary>Where the network runs.</summary>
    public string Provider => session.Provider;

    /// <summary>Segments an encoded photo.</summary>
    /// <param name="file">JPEG, PNG, WebP, GIF, TIFF or AVIF; must not change during the call.</param>
    /// <returns>A label for each pixel of the upright photo.</returns>
    /// <exception cref="ImageRejectedException">The photo is not taken.</exception>
    /// <exception cref="InvalidModelException">The network gave something else than its contract says.</exception>
    public Segmentation Segment(ReadOnlyMemory<byte> file)
    {
        var clock = Stopwatch.StartNew();
        using var image = Decode(file, out var frame);
        return Segment(image, frame, Lap(clock));
    }

    /// <summary>Runs the whole way but decoding once, on a grey image, so that the first request finds everything in place.</summary>
    /// <param name="photo">The size of the image.</param>
    /// <exception cref="InvalidModelException">The network gave something else than its contract says.</exception>
    public void WarmUp(ImageSize photo)
    {
        var frame = Contract.SizePolicy.Frame(photo);
        using var image = new RgbImage(frame.Content);
        image.Pixels.Fill(128);
        Segment(image, frame, decode: TimeSpan.Zero).Dispose();
    }

    /// <summary>Unloads the model.</summary>
    public void Dispose() => session.Dispose();

    private RgbImage Decode(ReadOnlyMemory<byte> file, out NetworkFrame frame)
    {
        using var span = StageTrace.Start("decode", Name);
        using var photo = decoder.Open(file);
        frame = Contract.SizePolicy.Frame(photo.Size);
        return photo.Decode(frame.Content);
    }

    private Segmentation Segment(RgbImage image, NetworkFrame frame, TimeSpan decode)
    {
        var clock = Stopwatch.StartNew();
        var values = ArrayPool<float>.Shared.Rent(checked((int)frame.Input.Pixels * RgbImage.BytesPerPixel));
        try
        {
            var tensor = values.AsMemory(0, (int)frame.Input.Pixels * RgbImage.BytesPerPixel);
            Normalize(image, frame, tensor.Span);
            var preprocess = Lap(clock);
            using var output = Run(tensor, frame.Input);
            var inference = Lap(clock);
            var labels = Label(output, frame);
            return new Segmentation(labels, new StageTimes(decode, preprocess, inference, Lap(clock)));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(values);
        }
    }

    private void Normalize(RgbImage image, NetworkFrame frame, Span<float> tensor)
    {
        using var span = StageTrace.Start("preprocess", Name);
        normalizer.Write(image, frame, tensor);
    }

    private NetworkOutput Run(Memory<float> tensor, ImageSize input)
    {
        using var span = StageTrace.Start("inference", Name);
        return session.Run(tensor, input);
    }

    private ClassMap Label(NetworkOutput output, NetworkFrame frame)
    {
        using var span = StageTrace.Start("postprocess", Name);
        return labeler.Label(output, frame);
    }

    private static TimeSpan Lap(Stopwatch clock)
    {
        var lap = clock.Elapsed;
        clock.Restart();
        return lap;
    }
}

/// <summary>A segmented photo. Dispose it once.</summary>
/// <param name="Labels">A label for each pixel of the upright photo.</param>
/// <param name="Times">How long each stage took.</param>
public sealed record Segmentation(ClassMap Labels, StageTimes Times) : IDisposable
{
    /// <summary>Gives the labels' buffer back.</summary>
    public void Dispose() => Labels.Dispose();
}

/// <summary>How long the stages of one segmentation took.</summary>
/// <param name="Decode">From the encoded photo to RGB at the size that the network sees.</param>
/// <param name="Preprocess">From RGB to the network's input.</param>
/// <param name="Inference">The network.</param>
/// <param name="Postprocess">From the network's output to labels at the photo's size.</param>
public readonly record struct StageTimes(TimeSpan Decode, TimeSpan Preprocess, TimeSpan Inference, TimeSpan Postprocess);
