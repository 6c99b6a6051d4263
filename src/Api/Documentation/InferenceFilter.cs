using System.Text.Json.Nodes;
using FcnService.Api.Models;
using FcnService.Api.OpenInference;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace FcnService.Api.Documentation;

/// <summary>Describes what the Open Inference Protocol's requests and answers hold, which the handler reads and writes as streams.</summary>
internal sealed class InferenceFilter(IOptions<ModelsOptions> models, IOptions<OpenInferenceOptions> limits) : IOperationFilter
{
    private const string Model = "v2/models/{model}";
    private const string Json = "application/json";
    private const string Binary = "application/octet-stream";

    // A PNG of one grey pixel.
    private const string Photo = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var path = context.ApiDescription.RelativePath;
        if (path?.StartsWith(Model, StringComparison.Ordinal) != true)
        {
            return;
        }

        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            parameter.Description = "The model's name, as GET /models lists it.";
            parameter.Example = models.Value.Default;
        }

        if (path == $"{Model}/infer")
        {
            Describe(operation);
        }
    }

    private void Describe(OpenApiOperation operation)
    {
        operation.Parameters!.Add(new OpenApiParameter
        {
            Name = InferenceBodyReader.JsonLengthHeader,
            In = ParameterLocation.Header,
            Description = "With the binary tensor data extension: how many bytes of the body are JSON. As in `Inference-Header-Content-Length: 128`.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = $"{limits.Value.MaxBodyBytes}" },
        });
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Description = $"An inference request of one input; at most {limits.Value.MaxBodyBytes} bytes. As JSON, an encoded photo is Base64.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [Json] = new()
                {
                    Schema = new OpenApiSchema { Type = JsonSchemaType.Object },
                    Examples = new Dictionary<string, IOpenApiExample>
                    {
                        ["mask"] = new OpenApiExample { Summary = "A photo, for its mask as PNG", Value = Request(ModelTensors.Mask) },
                        ["labels"] = new OpenApiExample { Summary = "A photo, for the class of every pixel", Value = Request(ModelTensors.Labels) },
                    },
                },
                [Binary] = BinaryData(),
            },
        };
        operation.Responses!["200"] = new OpenApiResponse
        {
            Description = "The outputs; as binary data if they are asked for so.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [Json] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.Object }, Example = Answer() },
                [Binary] = BinaryData(),
            },
        };
    }

    private static OpenApiMediaType BinaryData() => new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };

    private JsonObject Answer() => new()
    {
        ["model_name"] = models.Value.Default,
        ["model_version"] = ModelTensors.Version,
        ["id"] = "42",
        ["outputs"] = new JsonArray(new JsonObject
        {
            ["name"] = ModelTensors.Labels, ["datatype"] = Datatype.UInt8.Name, ["shape"] = new JsonArray(1, 1, 1), ["data"] = new JsonArray(0),
        }),
    };

    private static JsonObject Request(string output) => new()
    {
        ["id"] = "42",
        ["inputs"] = new JsonArray(new JsonObject
        {
            ["name"] = ModelTensors.Photo, ["datatype"] = Datatype.Bytes.Name, ["shape"] = new JsonArray(1), ["data"] = new JsonArray(Photo),
        }),
        ["outputs"] = new JsonArray(new JsonObject { ["name"] = output }),
    };
}
