using FcnService.Api.Segmentation;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace FcnService.Api.Documentation;

/// <summary>Describes the body of <c>POST /segment</c>, which the handler reads as a stream and so does not declare.</summary>
internal sealed class ImageBodyFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (context.ApiDescription.RelativePath != "segment")
        {
            return;
        }

        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Description = "The photo: JPEG, PNG, WebP, GIF, TIFF or AVIF, told by its content.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["multipart/form-data"] = new OpenApiMediaType { Schema = Form() },
                ["application/octet-stream"] = new OpenApiMediaType { Schema = File() },
                ["image/*"] = new OpenApiMediaType { Schema = File() },
            },
        };
    }

    private static OpenApiSchema Form() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { UploadReader.Field },
        Properties = new Dictionary<string, IOpenApiSchema> { [UploadReader.Field] = File() },
    };

    private static OpenApiSchema File() => new() { Type = JsonSchemaType.String, Format = "binary" };
}
