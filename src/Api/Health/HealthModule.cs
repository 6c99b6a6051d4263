using FcnService.Api.Errors;
using FcnService.Api.Hosting;
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

    /// <summary>Lets a probe through when every model is loaded and the service is not about to end.</summary>
    /// <exception cref="ProblemException">It is not ready.</exception>
    public static void RefuseUnlessReady(ServedModels served, DelayedShutdown shutdown)
    {
        if (shutdown.IsDraining)
        {
            throw new ProblemException(ProblemKind.NotReady, "The service is about to end.");
        }

        if (!served.IsLoaded)
        {
            throw new ProblemException(ProblemKind.NotReady, "The models are being loaded.");
        }
    }

    private static Ok<HealthAnswer> Live() => TypedResults.Ok(new HealthAnswer("live"));

    private static Ok<HealthAnswer> Ready(ServedModels served, DelayedShutdown shutdown)
    {
        RefuseUnlessReady(served, shutdown);
        return TypedResults.Ok(new HealthAnswer("ready"));
    }
}

/// <summary>A probe's answer.</summary>
/// <param name="Status">live or ready.</param>
public sealed record HealthAnswer(string Status);
