using FcnService.Api.Access;
using FcnService.Api.Documentation;
using FcnService.Api.Errors;
using FcnService.Api.Health;
using FcnService.Api.Hosting;
using FcnService.Api.Logging;
using FcnService.Api.Models;
using FcnService.Api.Segmentation;

var builder = WebApplication.CreateBuilder(args);
builder.AddHosting();
builder.AddLog();
builder.AddErrors();
builder.AddAccess();
builder.AddModels();
builder.AddSegmentation();
builder.AddDocumentation();

await using var app = builder.Build();
app.UseRequestLog();
app.UseErrors();
app.UseAccess();
app.UseDocumentation();
app.MapSegmentation();
app.MapModels();
app.MapHealth();
app.MapProblems();
return await app.RunToExitCodeAsync();
