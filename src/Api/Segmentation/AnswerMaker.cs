using System.Diagnostics;
using System.Globalization;
using FcnService.Api.Errors;
using FcnService.Api.Metrics;
using FcnService.Inference;
using FcnService.Inference.Answers;
using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Scheduling;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Segmentation;

/// <summary>Makes the answer to an image that has arrived: admitted, segmented in turn with others, encoded, measured.</summary>
internal sealed class AnswerMaker(SegmentationPipeline pipeline, ServiceMetrics metrics, IOptions<SegmentationOptions> limits)
{
    /// <summary>Refuses an image by its beginning, where its header is there: what that tells is not kept back until the rest has been sent.</summary>
    /// <exception cref="ImageRejectedException">The image is not taken.</exception>
    /// <exception cref="ProblemException">The answer would be too large, or there is no room for the image now.</exception>
    public void Judge(ReadOnlyMemory<byte> beginning, Segmenter segmenter, Answer answer, RequestAdmission admission)
    {
        try
        {
            using var photo = segmenter.Open(beginning);
            CheckAnswer(photo, answer);
            admission.CheckPhoto(photo.Megapixels);
        }
        catch (ImageRejectedException rejected) when (rejected.Reason == ImageRejection.Undecodable)
        {
            // Some of the header is still to come, if it is not broken: the whole file will tell.
        }
    }

    /// <summary>Makes an answer.</summary>
    /// <param name="image">The encoded image; is not needed any more when the answer is there.</param>
    /// <param name="segmenter">The model.</param>
    /// <param name="answer">What is made of the segmentation.</param>
    /// <param name="admission">How it comes by its room.</param>
    /// <param name="deadline">The time that there is.</param>
    /// <param name="opened">Is told the photo's size as soon as it is known.</param>
    /// <exception cref="ImageRejectedException">The image is not taken.</exception>
    /// <exception cref="ProblemException">The answer would be too large, or there is no room for the image now.</exception>
    /// <exception cref="OperationCanceledException">The time is up, or the client has gone.</exception>
    public async Task<MadeAnswer> MakeAsync(
        ReadOnlyMemory<byte> image, Segmenter segmenter, Answer answer, RequestAdmission admission, Deadline deadline, Action<ImageSize> opened)
    {
        using var photo = segmenter.Open(image);
        opened(photo.Image.Size);
        CheckAnswer(photo, answer);
        using var segmentation = await SegmentAsync(segmenter, photo, answer, admission, deadline);
        deadline.Enter("encoding the answer");
        var clock = Stopwatch.StartNew();
        var file = await EncodeAsync(segmenter, segmentation, photo, answer, deadline);
        var encode = clock.Elapsed;
        metrics.RecordStages(segmenter.Name, segmentation.Times, encode);
        metrics.RecordBatch(segmenter.Name, segmentation.BatchSize);
        metrics.CountAnswer(segmenter.Name, answer.Kind);
        return new MadeAnswer(file, ServerTiming(segmentation.Times, encode));
    }

    private void CheckAnswer(OpenedPhoto photo, Answer answer)
    {
        var (probabilities, most) = (answer.CountProbabilities(photo.Image.Size), limits.Value.MaxProbabilities);
        if (probabilities > most)
        {
            throw new ProblemException(
                ProblemKind.TooLargeAnswer,
                $"The answer would be {probabilities} probabilities of {photo.Image.Size} pixels; at most {most} are given. Send the image smaller, or ask for fewer classes.");
        }
    }

    // The photo counts as work until the network is done with it; encoding the answer is the next request's gain.
    private async Task<Inference.Segmentation> SegmentAsync(
        Segmenter segmenter, OpenedPhoto photo, Answer answer, RequestAdmission admission, Deadline deadline)
    {
        using var admitted = await admission.AdmitPhotoAsync(photo.Megapixels, deadline);
        deadline.Enter("waiting for the network, and in it");
        try
        {
            return await segmenter.SegmentAsync(photo, answer.Detail, pipeline, deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.IsAbandoned)
        {
            metrics.CountAbandoned(segmenter.Name);
            throw;
        }
    }

    private async Task<EncodedAnswer> EncodeAsync(
        Segmenter segmenter, Inference.Segmentation segmentation, OpenedPhoto photo, Answer answer, Deadline deadline)
    {
        using var span = StageTrace.Start("encode", segmenter.Name);
        return answer.DecodesPhoto
            ? await pipeline.DecodeAsync(() => answer.Encode(segmentation, photo), deadline.Token)
            : answer.Encode(segmentation, photo);
    }

    // W3C Server Timing: name;dur=milliseconds, for each stage.
    private static string ServerTiming(StageTimes times, TimeSpan encode) => string.Join(", ", new[]
    {
        ("decode", times.Decode),
        ("preprocess", times.Preprocess),
        ("queue", times.Queue),
        ("inference", times.Inference),
        ("postprocess", times.Postprocess),
        ("encode", encode),
    }.Select(stage => string.Create(CultureInfo.InvariantCulture, $"{stage.Item1};dur={stage.Item2.TotalMilliseconds:0.00}")));
}

/// <summary>An answer that is ready to be sent. Dispose it once.</summary>
/// <param name="File">The file.</param>
/// <param name="ServerTiming">The time of each stage, as the header Server-Timing has it.</param>
internal sealed record MadeAnswer(EncodedAnswer File, string ServerTiming) : IDisposable
{
    public void Dispose() => File.Dispose();
}
