using System.Globalization;
using FcnService.Api.Errors;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace FcnService.Api.Documentation;

/// <summary>Says under each documented status which of the endpoint's declared problems it stands for.</summary>
internal sealed class ProblemsFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var declared = context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<DeclaredProblems>().SelectMany(problems => problems.Kinds).ToList();
        foreach (var (status, response) in operation.Responses ?? [])
        {
            var kinds = declared.Where(kind => kind.Status.ToString(CultureInfo.InvariantCulture) == status).ToList();
            if (kinds.Count > 0)
            {
                response.Description = string.Join("\n", kinds.Select(kind => $"- `{kind.Type}`: {kind.Title} {kind.Explanation}"));
            }
        }
    }
}
