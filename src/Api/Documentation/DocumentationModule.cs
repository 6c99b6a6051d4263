using Microsoft.OpenApi;

namespace FcnService.Api.Documentation;

/// <summary>The OpenAPI document and, at <c>/swagger</c>, a page to try it.</summary>
internal static class DocumentationModule
{
    public static void AddDocumentation(this WebApplicationBuilder builder)
    {
        builder.Services.AddEndpointsApiExplorer();
        builder.Services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc("v1", new OpenApiInfo
            {
                Title = "FcnService",
                Version = "v1",
                Description = "Semantic segmentation: POST a photo, get its mask.",
            });
            options.IncludeXmlComments(typeof(DocumentationModule).Assembly);
            options.DocumentFilter<TagsFilter>();
            options.OperationFilter<NamesFilter>();
            options.OperationFilter<ImageBodyFilter>();
            options.OperationFilter<AnswerFilter>();
            options.OperationFilter<InferenceFilter>();
            options.OperationFilter<ProblemsFilter>();
        });
    }

    public static void UseDocumentation(this WebApplication app)
    {
        app.UseSwagger();
        app.UseSwaggerUI(page =>
        {
            page.DocumentTitle = "FcnService";
            page.SwaggerEndpoint("v1/swagger.json", "FcnService");
            page.EnableTryItOutByDefault();
            page.DisplayRequestDuration();
        });
    }
}
