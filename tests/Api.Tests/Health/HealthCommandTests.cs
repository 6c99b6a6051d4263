using System.Net;
using System.Net.Sockets;
using FcnService.Api.Health;

namespace FcnService.Api.Tests.Health;

public sealed class HealthCommandTests(Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task Run_ReadyService_IsZero() =>
        Assert.Equal(0, await HealthCommand.RunAsync(new Uri(service.Client.BaseAddress!, "/healthz/ready").ToString()));

    [Fact]
    public async Task Run_StatusOfFailure_IsOne() =>
        Assert.Equal(1, await HealthCommand.RunAsync(new Uri(service.Client.BaseAddress!, "/nowhere").ToString()));

    [Fact]
    public async Task Run_NobodyListens_IsOne()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();
        Assert.Equal(1, await HealthCommand.RunAsync($"http://127.0.0.1:{port}/healthz/ready"));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("ftp://localhost/healthz/ready")]
    [InlineData("")]
    public async Task Run_NoAddress_IsOne(string address) => Assert.Equal(1, await HealthCommand.RunAsync(address));
}
