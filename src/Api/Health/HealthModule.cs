using FcnService.Api.Errors;
using FcnService.Api.Models;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FcnService.Api.Health;

/// <summary>The probes of an orchestrator or a load balancer.</summary>
internal static class HealthModule
{
    public static void MapHealth(this WebApplication app)
    {
        var probes = app.MapGroup("/healthz").WithTags("Health");
        probes.MapGet("/live", Live)
            .WithName("Live")
            .WithSummary("Tells whether the process answers");
        probes.MapGet("/ready", Ready)
            .WithName("Ready")
            .WithSummary("Tells whether every model is loaded and has run once")
            .ProducesProblems(ProblemKind.NotReady);
    }

    private static Ok<HealthAnswer> Live() => TypedResults.Ok(new HealthAnswer("live"));

    // Asking for the models says why not, if they are not ready.
    private static Ok<HealthAnswer> Ready(ServedModels served)
    {
        _ = served.All;
        return TypedResults.Ok(new HealthAnswer("ready"));
    }
}

/// <summary>A probe's answer.</summary>
/// <param name="Status">live or ready.</param>
public sealed record HealthAnswer(string Status);
