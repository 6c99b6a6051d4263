using FcnService.Api.Errors;
using FcnService.Api.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FcnService.Api.Models;

/// <summary>The models: their loading, <c>GET /models</c>, and <c>POST /models/{name}/reload</c> where administration is enabled.</summary>
internal static class ModelsModule
{
    public static void AddModels(this WebApplicationBuilder builder)
    {
        builder.AddCheckedOptions<ModelsOptions>("Models");
        builder.Services.AddSingleton<ServedModels>();
        builder.Services.AddSingleton<ModelLoading>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ModelLoading>());
    }

    public static void MapModels(this WebApplication app)
    {
        var models = app.MapGroup("/models").WithTags("Models");
        models.MapGet("", List)
            .WithName("ListModels")
            .WithSummary("Lists the models that are served")
            .ProducesProblems(ProblemKind.Unauthorized, ProblemKind.RateLimited, ProblemKind.NotReady);
        if (app.Configuration.GetValue<bool>("Models:Administration"))
        {
            models.MapPost("/{name}/reload", ReloadAsync)
                .WithName("ReloadModel")
                .WithSummary("Loads a model's file again and puts it into service; a bad file leaves the old model serving")
                .ProducesProblems(
                    ProblemKind.Unauthorized, ProblemKind.UnknownModel, ProblemKind.UnservableModel, ProblemKind.RateLimited, ProblemKind.NotReady);
        }
    }

    private static Ok<ModelList> List(ServedModels served) => TypedResults.Ok(new ModelList(served.DefaultName, served.Describe()));

    private static async Task<Ok<ModelInfo>> ReloadAsync(string name, ServedModels served, ModelLoading loading, CancellationToken cancellation)
    {
        _ = served.Describe();
        if (!loading.Exists(name))
        {
            throw new ProblemException(ProblemKind.UnknownModel, $"The models folder has no file of a model '{name}'.");
        }

        return await loading.ReloadAsync(name, cancellation) is { } fault
            ? throw new ProblemException(ProblemKind.UnservableModel, fault)
            : TypedResults.Ok(served.Describe().Single(model => model.Name == name));
    }
}
