namespace FcnService.Api.Errors;

/// <summary>Every failure is answered as application/problem+json (RFC 9457) with a stable type.</summary>
internal static class ErrorsModule
{
    public static void AddErrors(this WebApplicationBuilder builder)
    {
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<ProblemExceptionHandler>();
    }

    public static void UseErrors(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages(context => Bare(context.HttpContext.Response.StatusCode).ExecuteAsync(context.HttpContext));
    }

    /// <summary>Maps <c>GET /problems/{name}</c>, where every problem's type leads.</summary>
    public static void MapProblems(this WebApplication app)
    {
        app.MapGet("/problems/{name}", Explain)
            .WithName("ExplainProblem")
            .WithTags("Problems")
            .WithSummary("Explains a problem's type in words")
            .Produces<ProblemKind>()
            .ProducesProblems(ProblemKind.NotFound);
    }

    /// <summary>Declares the problems that an endpoint can answer.</summary>
    public static RouteHandlerBuilder ProducesProblems(this RouteHandlerBuilder endpoint, params ProblemKind[] kinds)
    {
        foreach (var status in kinds.Select(kind => kind.Status).Distinct())
        {
            endpoint.ProducesProblem(status);
        }

        return endpoint.WithMetadata(new DeclaredProblems(kinds));
    }

    private static IResult Explain(string name)
    {
        var kind = ProblemKind.All.FirstOrDefault(kind => kind.Name == name);
        return kind is null
            ? ProblemKind.NotFound.Answer($"There is no problem '{name}'. Known: {string.Join(", ", ProblemKind.All.Select(known => known.Name))}.")
            : TypedResults.Ok(kind);
    }

    // A status that the framework set without a body.
    private static IResult Bare(int status) => status switch
    {
        StatusCodes.Status404NotFound => ProblemKind.NotFound.Answer(),
        StatusCodes.Status405MethodNotAllowed => ProblemKind.MethodNotAllowed.Answer(),
        StatusCodes.Status415UnsupportedMediaType => ProblemKind.UnsupportedMediaType.Answer(),
        _ => TypedResults.Problem(statusCode: status),
    };
}

/// <summary>The problems that an endpoint can answer; the OpenAPI document explains them under their status.</summary>
/// <param name="Kinds">The problems.</param>
internal sealed record DeclaredProblems(IReadOnlyList<ProblemKind> Kinds);
