using FcnService.Api.Access;
using FcnService.Api.Admission;
using FcnService.Api.Batches;
using FcnService.Api.Documentation;
using FcnService.Api.Errors;
using FcnService.Api.Health;
using FcnService.Api.Hosting;
using FcnService.Api.Logging;
using FcnService.Api.Metrics;
using FcnService.Api.Models;
using FcnService.Api.OpenInference;
using FcnService.Api.Page;
using FcnService.Api.Providers;
using FcnService.Api.Segmentation;

if (args is [HealthCommand.Name, var probe])
{
    return await HealthCommand.RunAsync(probe);
}

var builder = WebApplication.CreateBuilder(args);
builder.AddHosting();
builder.AddLog();
builder.AddErrors();
builder.AddMetrics();
builder.AddAccess();
builder.AddProviders();
builder.AddModels();
builder.AddAdmission();
builder.AddSegmentation();
builder.AddBatches();
builder.AddOpenInference();
builder.AddDocumentation();

await using var app = builder.Build();
app.UseRequestLog();
app.UseErrors();
app.UseAccess();
app.UseDocumentation();
app.MapPage();
app.MapSegmentation();
app.MapBatches();
app.MapOpenInference();
app.MapModels();
app.MapHealth();
app.MapMetrics();
app.MapProblems();
return await app.RunToExitCodeAsync();
