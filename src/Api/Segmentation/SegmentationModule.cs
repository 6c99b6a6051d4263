using System.Diagnostics;
using System.Globalization;
using FcnService.Api.Admission;
using FcnService.Api.Errors;
using FcnService.Api.Hosting;
using FcnService.Api.Logging;
using FcnService.Api.Metrics;
using FcnService.Api.Models;
using FcnService.Inference;
using FcnService.Inference.Imaging;
using FcnService.Inference.Masks;
using FcnService.Inference.Scheduling;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Segmentation;

/// <summary><c>POST /segment</c>: a photo in, its mask out.</summary>
internal static class SegmentationModule
{
    /// <summary>The endpoint's name.</summary>
    public const string EndpointName = "Segment";

    private const string Png = "image/png";

    public static void AddSegmentation(this WebApplicationBuilder builder)
    {
        builder.AddCheckedOptions<SegmentationOptions>("Segmentation");
        builder.Services.AddSingleton<UploadReader>();
        builder.Services.AddSingleton(services =>
        {
            var limits = services.GetRequiredService<IOptions<SegmentationOptions>>().Value;
            return new ImageDecoder(new ImageLimits(limits.MaxSide, limits.MaxPixels, limits.MaxFrames, limits.MaxDecodedBytes));
        });
    }

    public static void MapSegmentation(this WebApplication app)
    {
        app.MapPost("/segment", SegmentAsync)
            .WithName(EndpointName)
            .WithTags("Segmentation")
            .WithSummary("Segments a photo")
            .WithDescription(
                "Answers a PNG of exactly the photo's upright size whose pixels are class indices; its palette has the model's colours. "
                + "Headers: X-Model names the model, Server-Timing has the stages' times in milliseconds.")
            .Produces<byte[]>(StatusCodes.Status200OK, Png)
            .ProducesProblems(
                ProblemKind.MissingImage,
                ProblemKind.MalformedBody,
                ProblemKind.UndecodableImage,
                ProblemKind.Unauthorized,
                ProblemKind.UnknownModel,
                ProblemKind.RequestTimeout,
                ProblemKind.TooManyBytes,
                ProblemKind.TooManyPixels,
                ProblemKind.TooManyFrames,
                ProblemKind.UnsupportedFormat,
                ProblemKind.UnsupportedMediaType,
                ProblemKind.Overloaded,
                ProblemKind.RateLimited,
                ProblemKind.InternalError,
                ProblemKind.NotReady,
                ProblemKind.Timeout);
    }

    private static async Task<IResult> SegmentAsync(
        [FromQuery] string? model,
        HttpContext context,
        UploadReader uploads,
        ServedModels models,
        AdmissionControl admission,
        SegmentationPipeline pipeline,
        IOptions<SchedulingOptions> scheduling,
        ServiceMetrics metrics,
        CancellationToken aborted)
    {
        using var lease = models.Lease(model);
        var segmenter = lease.Segmenter;
        using var deadline = new Deadline(TimeSpan.FromSeconds(scheduling.Value.TimeoutSeconds), aborted);
        return await deadline.RunAsync(async () =>
        {
            var waits = context.Features.Get<WaitsForRoom>() is not null;
            var longest = uploads.LongestLength(context.Request);
            using var bytes = waits ? await WaitForBytesAsync(longest, admission, deadline) : admission.AdmitBytes(longest);
            deadline.Enter("reading the image");
            using var upload = await uploads.ReadAsync(context.Request, beginning => Judge(beginning, segmenter, waits ? null : admission), deadline.Token);
            bytes.ShrinkTo(upload.Bytes.Length);
            using var photo = segmenter.Open(upload.Bytes);
            context.Features.Set(new SegmentedPhoto(photo.Image.Size, segmenter.Name));
            using var segmentation = await RunAsync(segmenter, photo, waits, admission, pipeline, deadline, metrics);
            return Answer(context, segmenter, segmentation, metrics);
        });
    }

    private static Task<AdmittedBytes> WaitForBytesAsync(long length, AdmissionControl admission, Deadline deadline)
    {
        deadline.Enter("waiting for room");
        return admission.WaitForBytesAsync(length, deadline.Token);
    }

    // What a header tells is not kept back until the rest has been sent; want of room neither, unless the photo waits for it.
    private static void Judge(ReadOnlyMemory<byte> beginning, Segmenter segmenter, AdmissionControl? refuses)
    {
        try
        {
            using var photo = segmenter.Open(beginning);
            refuses?.CheckPhoto(photo.Megapixels);
        }
        catch (ImageRejectedException rejected) when (rejected.Reason == ImageRejection.Undecodable)
        {
            // Some of the header is still to come, if it is not broken: the whole file will tell.
        }
    }

    // The photo counts as work until the network is done with it; encoding the mask is the next request's gain.
    private static async Task<Inference.Segmentation> RunAsync(
        Segmenter segmenter,
        OpenedPhoto photo,
        bool waits,
        AdmissionControl admission,
        SegmentationPipeline pipeline,
        Deadline deadline,
        ServiceMetrics metrics)
    {
        deadline.Enter("waiting for the network, and in it");
        using var admitted = waits ? await admission.WaitForPhotoAsync(photo.Megapixels, deadline.Token) : admission.AdmitPhoto(photo.Megapixels);
        try
        {
            return await segmenter.SegmentAsync(photo, pipeline, deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.IsAbandoned)
        {
            metrics.CountAbandoned(segmenter.Name);
            throw;
        }
    }

    private static FileContentHttpResult Answer(
        HttpContext context, Segmenter segmenter, Inference.Segmentation segmentation, ServiceMetrics metrics)
    {
        var clock = Stopwatch.StartNew();
        var mask = new MemoryStream();
        using (StageTrace.Start("encode", segmenter.Name))
        {
            IndexedPng.Write(segmentation.Labels, segmenter.Contract.Palette, mask);
        }

        var encode = clock.Elapsed;
        metrics.RecordStages(segmenter.Name, segmentation.Times, encode);
        metrics.RecordBatch(segmenter.Name, segmentation.BatchSize);
        context.Response.Headers["X-Model"] = segmenter.Name;
        context.Response.Headers["Server-Timing"] = ServerTiming(segmentation.Times, encode);
        return TypedResults.Bytes(mask.GetBuffer().AsMemory(0, (int)mask.Length), Png);
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
