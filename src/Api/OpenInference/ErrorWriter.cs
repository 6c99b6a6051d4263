namespace FcnService.Api.OpenInference;

/// <summary>Writes every problem under <c>/v2</c> as the protocol has it: <c>{"error": "…"}</c>, whoever found it.</summary>
internal sealed class ErrorWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => context.HttpContext.Request.Path.StartsWithSegments(OpenInferenceModule.Prefix);

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        var error = new ErrorAnswer(problem.Detail ?? problem.Title ?? "The request failed.");
        return new ValueTask(context.HttpContext.Response.WriteAsJsonAsync(error, context.HttpContext.RequestAborted));
    }
}
