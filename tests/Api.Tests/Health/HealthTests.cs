using System.Net;
using FcnService.Api.Models;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Hosting;

namespace FcnService.Api.Tests.Health;

public sealed class HealthTests(Service service) : IClassFixture<Service>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("live")]
    [InlineData("ready")]
    public async Task Probe_WarmService_IsOk(string probe)
    {
        using var answer = await service.Client.GetAsync($"/healthz/{probe}", Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal($$"""{"status":"{{probe}}"}""", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Probe_ModelsNotLoaded_IsLiveButNotReady()
    {
        await using var starting = new WithoutModels();
        using var client = starting.CreateClient();
        using var live = await client.GetAsync("/healthz/live", Cancellation);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        foreach (var path in new[] { "/healthz/ready", "/models" })
        {
            using var answer = await client.GetAsync(path, Cancellation);
            await Service.ReadProblemAsync(answer, 503, "not-ready");
            Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        }

        using var segment = await client.PostAsync("/segment", new ByteArrayContent(Service.Draw(8, 8)), Cancellation);
        await Service.ReadProblemAsync(segment, 503, "not-ready");
    }

    /// <summary>A service whose models never load.</summary>
    private sealed class WithoutModels : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder) => builder.ConfigureTestServices(services =>
            services.Remove(services.Single(service => service.ServiceType == typeof(IHostedService) && service.ImplementationFactory?.Method.ReturnType == typeof(ModelLoading))));
    }
}
