using FcnService.Api.Segmentation;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace FcnService.Api.Documentation;

/// <summary>Describes the bodies with images, which the handlers read as streams and so do not declare.</summary>
internal sealed class ImageBodyFilter : IOperationFilter
{
    private const string Formats = "JPEG, PNG, WebP, GIF, TIFF or AVIF, told by its content.";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        operation.RequestBody = context.ApiDescription.RelativePath switch
        {
            "segment" => One(),
            "segment/batch" => Many(),
            _ => operation.RequestBody,
        };
    }

    private static OpenApiRequestBody One() => new()
    {
        Required = true,
        Description = $"The photo: {Formats}",
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["multipart/form-data"] = new OpenApiMediaType { Schema = Form(File()) },
            ["application/octet-stream"] = new OpenApiMediaType { Schema = File() },
            ["image/*"] = new OpenApiMediaType { Schema = File() },
        },
    };

    private static OpenApiRequestBody Many() => new()
    {
        Required = true,
        Description = $"The photos, a field for each: {Formats} Their file names name the answers.",
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["multipart/form-data"] = new OpenApiMediaType { Schema = Form(new OpenApiSchema { Type = JsonSchemaType.Array, Items = File() }) },
        },
    };

    private static OpenApiSchema Form(OpenApiSchema image) => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { UploadReader.Field },
        Properties = new Dictionary<string, IOpenApiSchema> { [UploadReader.Field] = image },
    };

    private static OpenApiSchema File() => new() { Type = JsonSchemaType.String, Format = "binary" };
}
