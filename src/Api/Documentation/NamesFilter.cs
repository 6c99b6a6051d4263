using System.Text.Json.Nodes;
using FcnService.Api.Errors;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace FcnService.Api.Documentation;

/// <summary>Describes the parameters that name a model or a problem.</summary>
internal sealed class NamesFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            switch (context.ApiDescription.RelativePath, parameter.Name)
            {
                case ("segment" or "segment/batch", "model"):
                    // In words: the page at /swagger sends every example, and the default model is the one to try.
                    parameter.Description = "A model of GET /models; the default model, if left out. As in `model=fcn8s-camvid`.";
                    break;
                case ("models/{name}/reload", "name"):
                    parameter.Description = "A model of GET /models, or of a new file in the models folder.";
                    parameter.Example = "fcn8s-camvid";
                    break;
                case ("problems/{name}", "name"):
                    parameter.Description = "The last part of a problem's type.";
                    parameter.Example = ProblemKind.Overloaded.Name;
                    parameter.Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.String,
                        Enum = [.. ProblemKind.All.Select(kind => JsonValue.Create(kind.Name))],
                    };
                    break;
            }
        }
    }
}
