using FcnService.Api.Errors;
using FcnService.Api.Logging;
using FcnService.Api.Page;

namespace FcnService.Api.Access;

/// <summary>
/// Lets a request through that shows a key of the service and is within the key's limit. What needs no key is listed; everything else
/// does, also what is added later and what does not exist.
/// </summary>
internal sealed class KeyCheck(RequestDelegate next, ApiKeys keys)
{
    // The probes of an orchestrator, which has no key, and what explains how to use one or asks for one. /models and /metrics tell of the inside.
    private static readonly PathString[] Open = ["/healthz", "/v2/health", "/problems", "/swagger", PageModule.Folder];

    public Task InvokeAsync(HttpContext context)
    {
        if (!keys.AreWanted || IsOpen(context.Request.Path))
        {
            return next(context);
        }

        if (ApiKeys.Read(context.Request.Headers) is not { } shown)
        {
            var expected = $"expected the header {ApiKeys.Header}, or Authorization with {ApiKeys.Scheme}";
            return RefuseAsync(context, ApiKeys.Scheme, $"The request shows no key; {expected}.");
        }

        if (keys.Find(shown) is not { } key)
        {
            return RefuseAsync(context, $"{ApiKeys.Scheme} error=\"invalid_token\"", "The key is none of the service's.");
        }

        context.Features.Set(new KeyHolder(key.Name));
        context.Features.Set(key);
        key.Use();
        return next(context);
    }

    private static bool IsOpen(PathString path) => path == "/" || Open.Any(open => path.StartsWithSegments(open));

    private static Task RefuseAsync(HttpContext context, string challenge, string detail)
    {
        context.Response.Headers.WWWAuthenticate = challenge;
        return ProblemKind.Unauthorized.Answer(detail).ExecuteAsync(context);
    }
}
