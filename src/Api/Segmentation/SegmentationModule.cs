using System.Diagnostics;
using System.Globalization;
using FcnService.Api.Errors;
using FcnService.Api.Hosting;
using FcnService.Api.Logging;
using FcnService.Api.Models;
using FcnService.Inference;
using FcnService.Inference.Imaging;
using FcnService.Inference.Masks;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Segmentation;

/// <summary><c>POST /segment</c>: a photo in, its mask out.</summary>
internal static class SegmentationModule
{
    private const string Png = "image/png";

    public static void AddSegmentation(this WebApplicationBuilder builder)
    {
        builder.AddCheckedOptions<SegmentationOptions>("Segmentation");
        builder.Services.AddSingleton<UploadReader>();
        builder.Services.AddSingleton(services =>
        {
            var limits = services.GetRequiredService<IOptions<SegmentationOptions>>().Value;
            return new ImageDecoder(new ImageLimits(limits.MaxSide, limits.MaxPixels, limits.MaxFrames));
        });
    }

    public static void MapSegmentation(this WebApplication app)
    {
        app.MapPost("/segment", SegmentAsync)
            .WithName("Segment")
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
                ProblemKind.RateLimited,
                ProblemKind.InternalError,
                ProblemKind.NotReady);
    }

    private static async Task<IResult> SegmentAsync(
        [FromQuery] string? model,
        HttpContext context,
        UploadReader uploads,
        ServedModels models,
        CancellationToken cancellation)
    {
        var segmenter = models.Find(model);
        using var upload = await uploads.ReadAsync(context.Request, cancellation);
        using var segmentation = segmenter.Segment(upload.Bytes);
        context.Features.Set(new SegmentedPhoto(segmentation.Labels.Size, segmenter.Name));

        var clock = Stopwatch.StartNew();
        var mask = new MemoryStream();
        IndexedPng.Write(segmentation.Labels, segmenter.Contract.Palette, mask);
        context.Response.Headers["X-Model"] = segmenter.Name;
        context.Response.Headers["Server-Timing"] = ServerTiming(segmentation.Times, clock.Elapsed);
        return TypedResults.Bytes(mask.GetBuffer().AsMemory(0, (int)mask.Length), Png);
    }

    // W3C Server Timing: name;dur=milliseconds, for each stage.
    private static string ServerTiming(StageTimes times, TimeSpan encode) => string.Create(
        CultureInfo.InvariantCulture,
        $"decode;dur={times.Decode.TotalMilliseconds:0.00}, preprocess;dur={times.Preprocess.TotalMilliseconds:0.00}, inference;dur={times.Inference.TotalMilliseconds:0.00}, postprocess;dur={times.Postprocess.TotalMilliseconds:0.00}, encode;dur={encode.TotalMilliseconds:0.00}");
}
