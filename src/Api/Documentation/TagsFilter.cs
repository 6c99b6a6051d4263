using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace FcnService.Api.Documentation;

/// <summary>Says what the groups of endpoints are, in the order in which somebody new needs them; the page at /swagger keeps it.</summary>
internal sealed class TagsFilter : IDocumentFilter
{
    private static readonly OpenApiTag[] Groups =
    [
        new() { Name = "Segmentation", Description = "Photos in, masks out." },
        new() { Name = "Models", Description = "What can be asked, with its classes and colours." },
        new() { Name = "Open Inference Protocol", Description = "The same for clients of KServe and Triton." },
        new() { Name = "Problems", Description = "What can go wrong, in words." },
        new() { Name = "Health", Description = "For orchestrators and load balancers." },
    ];

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        var used = context.ApiDescriptions
            .SelectMany(endpoint => endpoint.ActionDescriptor.EndpointMetadata.OfType<ITagsMetadata>())
            .SelectMany(group => group.Tags)
            .ToHashSet(StringComparer.Ordinal);
        swaggerDoc.Tags = Groups.Where(group => used.Contains(group.Name!)).ToHashSet();
    }
}
