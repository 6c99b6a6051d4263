using FcnService.Api.Hosting;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace FcnService.Api.Access;

/// <summary>Who may ask, from where, how often and how slowly; see docs/access.md.</summary>
internal static class AccessModule
{
    // What a page of another origin may read of an answer, besides what the Fetch standard allows anyway.
    private static readonly string[] ExposedHeaders = ["X-Model", "Server-Timing", "ETag", "Retry-After", "Inference-Header-Content-Length"];

    public static void AddAccess(this WebApplicationBuilder builder)
    {
        builder.AddCheckedOptions<AccessOptions>("Access");
        builder.AddCheckedOptions<ConnectionsOptions>("Connections");
        builder.Services.AddSingleton<ApiKeys>();
        builder.Services.AddCors();
        builder.Services.AddSingleton<IStartupFilter, ConnectionLimits>();
        builder.Configure<CorsOptions>((cors, access) => cors.Allow(access.CorsOrigins));
        builder.Configure<ForwardedHeadersOptions>((headers, access) => headers.Trust(access.TrustedNetworks));
        builder.Configure<SwaggerGenOptions>((document, access) => document.AskForKey(access.Keys));
    }

    /// <summary>Comes after the errors, which answer what goes wrong here, and before everything that serves.</summary>
    public static void UseAccess(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseMiddleware<SecurityHeaders>();
        // Before the keys: a browser's preflight carries none.
        app.UseCors();
        app.UseMiddleware<KeyCheck>();
    }

    // Sets a part of the framework up from the service's own settings, which are checked by the time they are read.
    private static void Configure<TOptions>(this WebApplicationBuilder builder, Action<TOptions, AccessOptions> configure)
        where TOptions : class =>
        builder.Services.AddOptions<TOptions>().Configure<IOptions<AccessOptions>>((options, access) => configure(options, access.Value));

    // A policy without origins allows none. One with "*" allows all, as long as that stands alone.
    private static void Allow(this CorsOptions cors, List<string> origins) => cors.AddDefaultPolicy(policy => policy
        .WithOrigins(origins.Contains("*") ? ["*"] : [.. origins])
        .WithMethods(HttpMethods.Get, HttpMethods.Post)
        .AllowAnyHeader()
        .WithExposedHeaders(ExposedHeaders)
        .SetPreflightMaxAge(TimeSpan.FromMinutes(10)));

    private static void Trust(this ForwardedHeadersOptions headers, IEnumerable<System.Net.IPNetwork> proxies)
    {
        headers.KnownProxies.Clear();
        headers.KnownIPNetworks.Clear();
        foreach (var network in proxies)
        {
            headers.KnownIPNetworks.Add(network);
        }

        // The framework takes an empty list for "trust everybody"; here it means nobody.
        headers.ForwardedHeaders = headers.KnownIPNetworks.Count == 0
            ? ForwardedHeaders.None
            : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        // As many hops as are trusted: the first address that is not is the client's.
        headers.ForwardLimit = null;
    }

    // Gives the page at /swagger its Authorize button.
    private static void AskForKey(this SwaggerGenOptions document, List<KeyOptions> keys)
    {
        if (keys.Count == 0)
        {
            return;
        }

        const string Scheme = "ApiKey";
        document.AddSecurityDefinition(Scheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = ApiKeys.Header,
            Description = "A key of the service; 'Authorization: Bearer KEY' does as well.",
        });
        document.AddSecurityRequirement(host => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, host)] = [] });
    }
}
