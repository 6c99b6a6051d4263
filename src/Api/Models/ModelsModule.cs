using FcnService.Api.Errors;
using FcnService.Api.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FcnService.Api.Models;

/// <summary>The models: their loading, and <c>GET /models</c>.</summary>
internal static class ModelsModule
{
    public static void AddModels(this WebApplicationBuilder builder)
    {
        builder.AddCheckedOptions<ModelsOptions>("Models");
        builder.Services.AddSingleton<ServedModels>();
        builder.Services.AddHostedService<ModelLoading>();
    }

    public static void MapModels(this WebApplication app)
    {
        app.MapGet("/models", List)
            .WithName("ListModels")
            .WithTags("Models")
            .WithSummary("Lists the models that are served")
            .ProducesProblems(ProblemKind.Unauthorized, ProblemKind.RateLimited, ProblemKind.NotReady);
    }

    private static Ok<ModelList> List(ServedModels served) =>
        TypedResults.Ok(new ModelList(served.DefaultName, [.. served.All.Select(ModelInfo.Of)]));
}
