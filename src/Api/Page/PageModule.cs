using Microsoft.AspNetCore.Http.HttpResults;

namespace FcnService.Api.Page;

/// <summary>The page at <c>/</c>, which shows what the service makes of a photo; its files are part of the assembly.</summary>
internal static class PageModule
{
    /// <summary>Under which path the page's files lie; the page itself is at the root.</summary>
    public const string Folder = "/page";

    private const string Start = "index.html";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void MapPage(this WebApplication app)
    {
        foreach (var file in PageFile.ReadAll())
        {
            app.MapMethods(file.Name == Start ? "/" : $"{Folder}/{file.Name}", Methods, (HttpContext context) => Send(context, file))
                .ExcludeFromDescription();
        }
    }

    private static FileContentHttpResult Send(HttpContext context, PageFile file)
    {
        var headers = context.Response.Headers;
        // Asked for anew each time, and answered 304 unless the service has been replaced: no page of one version runs scripts of another.
        headers.CacheControl = "no-cache";
        headers.Vary = "Accept-Encoding";
        if (file.Compressed is not { } compressed || !TakesGzip(context.Request))
        {
            return TypedResults.Bytes(file.Plain.Bytes, file.MediaType, entityTag: file.Plain.Tag);
        }

        headers.ContentEncoding = "gzip";
        return TypedResults.Bytes(compressed.Bytes, file.MediaType, entityTag: compressed.Tag);
    }

    private static bool TakesGzip(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(encoding => encoding.Value == "gzip" && encoding.Quality != 0);
}
