using FcnService.Api.Admission;
using FcnService.Api.Errors;
using FcnService.Api.Hosting;
using FcnService.Api.Logging;
using FcnService.Api.Models;
using FcnService.Inference;
using FcnService.Inference.Answers;
using FcnService.Inference.Imaging;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace FcnService.Api.Segmentation;

/// <summary><c>POST /segment</c>: a photo in, what is asked for of its mask out.</summary>
internal static class SegmentationModule
{
    /// <summary>The endpoint's name.</summary>
    public const string EndpointName = "Segment";

    public static void AddSegmentation(this WebApplicationBuilder builder)
    {
        builder.AddCheckedOptions<SegmentationOptions>("Segmentation");
        builder.Services.AddSingleton<UploadReader>();
        builder.Services.AddSingleton<AnswerMaker>();
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
                + "The parameter `output`, or else the Accept header, asks for something else. "
                + "Headers: X-Model names the model, Server-Timing has the stages' times in milliseconds, ETag stands for the image, the model and the "
                + "options: sent back as If-None-Match, it saves the work.")
            .Produces<byte[]>(StatusCodes.Status200OK, "image/png", "image/jpeg", "application/json", "application/x-npy")
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblems(
                ProblemKind.InvalidParameter,
                ProblemKind.MissingImage,
                ProblemKind.MalformedBody,
                ProblemKind.UndecodableImage,
                ProblemKind.Unauthorized,
                ProblemKind.UnknownModel,
                ProblemKind.NotAcceptable,
                ProblemKind.RequestTimeout,
                ProblemKind.TooLargeAnswer,
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
        AdmissionControl control,
        AnswerMaker maker,
        IOptions<SchedulingOptions> scheduling,
        CancellationToken aborted)
    {
        using var lease = models.Lease(model);
        var segmenter = lease.Segmenter;
        var answer = new Answer(AnswerNegotiation.Read(context.Request), segmenter);
        using var deadline = new Deadline(TimeSpan.FromSeconds(scheduling.Value.TimeoutSeconds), aborted);
        using var made = await deadline.RunAsync(async () =>
        {
            var admission = RequestAdmission.Of(context, control);
            using var bytes = await admission.AdmitBytesAsync(uploads.LongestLength(context.Request), deadline);
            deadline.Enter("reading the image");
            using var upload = await uploads.ReadAsync(context.Request, beginning => maker.Judge(beginning, segmenter, answer, admission), deadline.Token);
            bytes.ShrinkTo(upload.Bytes.Length);
            var tag = await EntityTags.OfAsync(upload.Bytes, segmenter, answer);
            Describe(context.Response, segmenter, tag);
            return tag is not null && context.Request.IsKnown(tag)
                ? null
                : await maker.MakeAsync(
                    upload.Bytes, segmenter, answer, admission, deadline, size => context.Features.Set(new SegmentedPhoto(size, segmenter.Name)));
        });
        return made is null ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : await SendAsync(context.Response, answer, made, aborted);
    }

    private static void Describe(HttpResponse response, Segmenter segmenter, EntityTagHeaderValue? tag)
    {
        response.Headers["X-Model"] = segmenter.Name;
        response.Headers.Vary = HeaderNames.Accept;
        if (tag is not null)
        {
            response.Headers.ETag = tag.ToString();
            // A photo is its sender's, and the model behind the address may change: kept by nobody else, and asked for again.
            response.Headers.CacheControl = "private, no-cache";
        }
    }

    private static async Task<IResult> SendAsync(HttpResponse response, Answer answer, MadeAnswer made, CancellationToken aborted)
    {
        response.Headers["Server-Timing"] = made.ServerTiming;
        response.ContentType = answer.MediaType;
        response.ContentLength = made.File.Length;
        await made.File.CopyToAsync(response.Body, aborted);
        return TypedResults.Empty;
    }
}
