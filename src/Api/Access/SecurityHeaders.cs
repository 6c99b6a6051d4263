namespace FcnService.Api.Access;

/// <summary>Tells browsers, with every answer, to take it for nothing else than what it is.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    // An answer is data: should a browser show one as a page, it loads nothing and stands in no frame.
    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'";

    // Swagger UI brings its own scripts and styles, sets style attributes, has icons in data: addresses, and shows a mask that it got as a
    // blob: address.
    private const string SwaggerPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // The page at / is files of the service and nothing else; it draws photos and masks on canvases, which need no address.
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    public Task InvokeAsync(HttpContext context)
    {
        // At the start of the answer: what is set now would be lost where an exception begins the answer anew.
        context.Response.OnStarting(() =>
        {
            Set(context.Response.Headers, PolicyOf(context.Request.Path));
            return Task.CompletedTask;
        });
        return next(context);
    }

    private static string PolicyOf(PathString path) =>
        path == "/" ? PagePolicy : path.StartsWithSegments("/swagger") ? SwaggerPolicy : DataPolicy;

    private static void Set(IHeaderDictionary headers, string policy)
    {
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        // Pages of other origins need CORS; an <img> of theirs gets nothing.
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }
}
