using FcnService.Api.Errors;
using FcnService.Api.Hosting;
using FcnService.Api.Models;
using Microsoft.AspNetCore.Mvc;

namespace FcnService.Api.Batches;

/// <summary><c>POST /segment/batch</c>: many photos in, an answer for each as soon as it is ready; see docs/batch.md.</summary>
internal static class BatchModule
{
    public static void AddBatches(this WebApplicationBuilder builder)
    {
        builder.AddCheckedOptions<BatchOptions>("Batch");
        builder.Services.AddSingleton<BatchRun>();
        builder.Services.AddSingleton<ImageRequests>();
    }

    public static void MapBatches(this WebApplication app)
    {
        app.MapPost("/segment/batch", SegmentAsync)
            .WithName("SegmentBatch")
            .WithTags("Segmentation")
            .WithSummary("Segments many photos")
            .WithDescription(
                "Answers each photo as POST /segment does, in the order in which they come, as soon as it is ready: as multipart/mixed, each "
                + "part with a Status header, or as a ZIP file where Accept asks for application/zip. A photo that cannot be segmented has a "
                + "problem in its place; the others go on.")
            .Produces<byte[]>(StatusCodes.Status200OK, ZipAnswers.MediaType, MultipartAnswers.MediaType)
            .ProducesProblems(
                ProblemKind.InvalidParameter,
                ProblemKind.MissingImage,
                ProblemKind.MalformedBody,
                ProblemKind.Unauthorized,
                ProblemKind.UnknownModel,
                ProblemKind.NotAcceptable,
                ProblemKind.RequestTimeout,
                ProblemKind.TooManyImages,
                ProblemKind.UnsupportedMediaType,
                ProblemKind.RateLimited,
                ProblemKind.InternalError,
                ProblemKind.NotReady);
    }

    private static async Task SegmentAsync([FromQuery] string? model, HttpContext context, ServedModels models, BatchRun batch)
    {
        // What is wrong for every photo is told once, before the first of them is sent.
        using (var lease = models.Lease(model))
        {
            ImageRequests.Check(context, lease.Segmenter);
        }

        await batch.RunAsync(context);
    }
}
