using FcnService.Api.Tests.Access;

namespace FcnService.Api.Tests.Segmentation;

public sealed class EarlyRefusalTests(EarlyRefusalTests.FewPixels service) : IClassFixture<EarlyRefusalTests.FewPixels>
{
    private const int MaxPixels = 50_000;

    // A header is looked for whenever this much has come, and twice as much, and so on.
    private const int Beginning = 64 * 1024;

    [Fact]
    public async Task Post_HeaderOverTheLimits_IsRefusedBeforeTheRestIsSent()
    {
        var photo = Service.Noise(300, 300);
        using var connection = new RawConnection(service.Client.BaseAddress!.Host, service.Client.BaseAddress.Port);
        await connection.SendAsync($"POST /segment HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: {photo.Length}\r\n\r\n");
        await connection.SendAsync(photo.AsMemory(0, Beginning));

        var answer = await connection.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
        Assert.Contains("/problems/too-many-pixels", answer, StringComparison.Ordinal);
        Assert.Contains($"at most {MaxPixels}", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_PhotoLongerThanTheBeginning_IsSegmented()
    {
        using var answer = await service.PostFormAsync(Service.Noise(200, 200));
        Assert.True(answer.IsSuccessStatusCode);
    }

    public sealed class FewPixels : Service
    {
        protected override Dictionary<string, string> Settings => new() { ["Segmentation:MaxPixels"] = $"{MaxPixels}" };
    }
}
