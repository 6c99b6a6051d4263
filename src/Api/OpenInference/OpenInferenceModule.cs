using FcnService.Api.Admission;
using FcnService.Api.Errors;
using FcnService.Api.Health;
using FcnService.Api.Hosting;
using FcnService.Api.Models;
using FcnService.Api.Segmentation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace FcnService.Api.OpenInference;

/// <summary>
/// <c>/v2</c>: the Open Inference Protocol, version 2, over HTTP, with the binary tensor data extension; see docs/open-inference.md.
/// Source: https://github.com/kserve/open-inference-protocol.
/// </summary>
internal static class OpenInferenceModule
{
    /// <summary>Where the protocol lives.</summary>
    public const string Prefix = "/v2";

    public static void AddOpenInference(this WebApplicationBuilder builder)
    {
        builder.AddCheckedOptions<OpenInferenceOptions>("OpenInference");
        builder.Services.AddSingleton<InferenceBodyReader>();
        builder.Services.AddSingleton<InferenceRunner>();
        // The first that can write a problem does, and the framework's own can always.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, ErrorWriter>());
    }

    public static void MapOpenInference(this WebApplication app)
    {
        var server = app.MapGroup(Prefix).WithTags("Open Inference Protocol");
        server.MapGet("", Server)
            .WithName("ServerMetadata")
            .WithSummary("Names the server and its extensions")
            .ProducesErrors(ProblemKind.Unauthorized, ProblemKind.RateLimited);
        server.MapGet("/health/live", Live)
            .WithName("ServerLive")
            .WithSummary("Tells whether the server answers");
        server.MapGet("/health/ready", Ready)
            .WithName("ServerReady")
            .WithSummary("Tells whether every model can be used")
            .ProducesErrors(ProblemKind.NotReady);
        MapModel(server.MapGroup("/models/{model}"), nameSuffix: string.Empty);
        MapModel(
            server.MapGroup("/models/{model}/versions/{version}").AddEndpointFilter(RefuseUnknownVersionAsync).ExcludeFromDescription(),
            nameSuffix: "OfVersion");
    }

    private static void MapModel(RouteGroupBuilder models, string nameSuffix)
    {
        const string Versions = "/v2/models/{model}/versions/1 is the same.";
        models.MapGet("", Describe)
            .WithName($"ModelMetadata{nameSuffix}")
            .WithSummary("Tells what a model takes and gives")
            .WithDescription($"A request has one of the inputs; an output's parameter \"input\" names the one that it is there for. {Versions}")
            .ProducesErrors(ProblemKind.Unauthorized, ProblemKind.UnknownModel, ProblemKind.RateLimited, ProblemKind.NotReady);
        models.MapGet("/ready", ModelIsReady)
            .WithName($"ModelReady{nameSuffix}")
            .WithSummary("Tells whether a model can be used")
            .WithDescription(Versions)
            .ProducesErrors(ProblemKind.Unauthorized, ProblemKind.UnknownModel, ProblemKind.RateLimited, ProblemKind.NotReady);
        models.MapPost("/infer", InferAsync)
            .WithName($"Infer{nameSuffix}")
            .WithSummary("Runs a model on an encoded photo, or on the network's own tensor")
            .WithDescription(
                "The input \"photo\" gives \"labels\", the class of every pixel, and \"mask\", the PNG of POST /segment, where \"outputs\" asks for "
                + "it; the network's own input gives its own output. With Inference-Header-Content-Length, binary data follow the JSON. " + Versions)
            .Produces(StatusCodes.Status200OK)
            .ProducesErrors(
                ProblemKind.InvalidInferenceRequest,
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

    private static RouteHandlerBuilder ProducesErrors(this RouteHandlerBuilder endpoint, params ProblemKind[] kinds)
    {
        foreach (var status in kinds.Select(kind => kind.Status).Distinct())
        {
            endpoint.Produces<ErrorAnswer>(status);
        }

        return endpoint.WithMetadata(new DeclaredProblems(kinds));
    }

    private static Ok<ServerMetadata> Server()
    {
        var version = typeof(OpenInferenceModule).Assembly.GetName().Version!;
        return TypedResults.Ok(new ServerMetadata("FcnService", version.ToString(fieldCount: 3), ["binary_tensor_data"]));
    }

    private static Ok<ServerLive> Live() => TypedResults.Ok(new ServerLive(true));

    private static Ok<ServerReady> Ready(ServedModels served, DelayedShutdown shutdown)
    {
        HealthModule.RefuseUnlessReady(served, shutdown);
        return TypedResults.Ok(new ServerReady(true));
    }

    private static Ok<ModelMetadata> Describe(string model, ServedModels served)
    {
        using var lease = served.Lease(model);
        return TypedResults.Ok(ModelTensors.Describe(lease.Segmenter));
    }

    private static Ok<ModelReady> ModelIsReady(string model, ServedModels served)
    {
        using var lease = served.Lease(model);
        return TypedResults.Ok(new ModelReady(lease.Segmenter.Name, true));
    }

    private static async Task InferAsync(
        string model,
        HttpContext context,
        InferenceBodyReader bodies,
        InferenceRunner runner,
        ServedModels served,
        AdmissionControl admission,
        IOptions<SchedulingOptions> scheduling,
        CancellationToken aborted)
    {
        using var lease = served.Lease(model);
        using var deadline = new Deadline(TimeSpan.FromSeconds(scheduling.Value.TimeoutSeconds), aborted);
        // Until the answer is sent: it is as large as the request, and a slow client holds it as long as it likes.
        using var bytes = admission.AdmitBytes(bodies.LongestLength(context.Request));
        using var answer = await deadline.RunAsync(async () =>
        {
            deadline.Enter("reading the request");
            using var body = await bodies.ReadAsync(context.Request, deadline.Token);
            var request = InferenceRequestReader.Read(body.Json, body.Binary);
            return await runner.RunAsync(lease.Segmenter, request, deadline, context.Features);
        });
        await InferenceAnswerWriter.WriteAsync(answer, context.Response, aborted);
    }

    private static ValueTask<object?> RefuseUnknownVersionAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next) =>
        call.HttpContext.GetRouteValue("version") is ModelTensors.Version
            ? next(call)
            : throw new ProblemException(
                ProblemKind.UnknownModel,
                $"There is no version '{call.HttpContext.GetRouteValue("version")}'; every model has the one version '{ModelTensors.Version}'.");
}
