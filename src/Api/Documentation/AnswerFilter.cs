using System.Text.Json.Nodes;
using FcnService.Inference.Answers;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace FcnService.Api.Documentation;

/// <summary>
/// Describes the parameters of <c>POST /segment</c>, which a batch has as well, and its files, which depend on each other and so are not
/// declared by the handler.
/// </summary>
internal sealed class AnswerFilter : IOperationFilter
{
    private const string Json = "application/json";

    // What a mask of few pixels comes to, with regions=rle.
    private const string Report = """
        {
          "model": "fcn8s-camvid", "width": 4, "height": 2,
          "classes": [
            {
              "name": "car", "index": 8, "color": "#400000", "pixels": 3, "share": 0.375, "confidence": 0.9213, "bbox": [1, 0, 2, 2],
              "rle": { "size": [2, 4], "counts": "233" }
            }
          ]
        }
        """;

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (context.ApiDescription.RelativePath is not ("segment" or "segment/batch"))
        {
            return;
        }

        operation.Parameters ??= [];
        foreach (var parameter in AnswerParameters.All)
        {
            operation.Parameters.Add(Describe(parameter));
        }

        foreach (var (mediaType, content) in operation.Responses?["200"].Content ?? new Dictionary<string, OpenApiMediaType>())
        {
            content.Schema = mediaType == Json ? new OpenApiSchema { Type = JsonSchemaType.Object } : File();
            content.Example = mediaType == Json ? JsonNode.Parse(Report) : null;
        }
    }

    // The page at /swagger sends every example that it is given as a value: it stands in the text instead.
    private static OpenApiParameter Describe(AnswerParameter parameter) => new()
    {
        Name = parameter.Name,
        In = ParameterLocation.Query,
        Description = $"{parameter.Description} As in `{parameter.Name}={parameter.Example}`.",
        Schema = parameter.IsFraction
            ? new OpenApiSchema { Type = JsonSchemaType.Number, Minimum = "0", Maximum = "1", Default = JsonNode.Parse(parameter.Default!) }
            : new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Enum = parameter.Values.Count == 0 ? null : [.. parameter.Values.Select(value => JsonValue.Create(value))],
                Default = parameter.Default is null ? null : JsonValue.Create(parameter.Default),
            },
    };

    private static OpenApiSchema File() => new() { Type = JsonSchemaType.String, Format = "binary" };
}
