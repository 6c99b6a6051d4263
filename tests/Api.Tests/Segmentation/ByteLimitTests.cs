using System.Net.Http.Headers;

namespace FcnService.Api.Tests.Segmentation;

public sealed class ByteLimitTests(ByteLimitTests.SmallLimit service) : IClassFixture<ByteLimitTests.SmallLimit>
{
    private const int Limit = 2_000;

    private static readonly byte[] Larger = Service.Noise(40, 40);

    [Fact]
    public async Task Post_BodyOverTheLimit_IsRefusedWithBothNumbers()
    {
        using var answer = await service.PostBodyAsync(Larger);
        var detail = await Service.ReadProblemAsync(answer, 413, "too-many-bytes");
        Assert.Contains($"{Larger.Length} bytes", detail, StringComparison.Ordinal);
        Assert.Contains($"at most {Limit}", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_FieldOverTheLimit_IsRefused()
    {
        using var answer = await service.PostFormAsync(Larger);
        Assert.Contains($"more than {Limit}", await Service.ReadProblemAsync(answer, 413, "too-many-bytes"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_UnannouncedBodyOverTheLimit_IsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/segment") { Content = new StreamContent(new MemoryStream(Larger)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        request.Headers.TransferEncodingChunked = true;
        using var answer = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Contains($"at most {Limit}", await Service.ReadProblemAsync(answer, 413, "too-many-bytes"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_FormMuchLargerThanTheLimit_IsRefusedByItsAnnouncedLength()
    {
        using var answer = await service.PostFormAsync(new byte[200_000], field: "other");
        await Service.ReadProblemAsync(answer, 413, "too-many-bytes");
    }

    [Fact]
    public async Task Post_ImageWithinTheLimit_IsSegmented()
    {
        using var answer = await service.PostFormAsync(Service.Noise(20, 20));
        Assert.True(answer.IsSuccessStatusCode);
    }

    public sealed class SmallLimit : Service
    {
        protected override Dictionary<string, string> Settings => new() { ["Segmentation:MaxImageBytes"] = $"{Limit}" };
    }
}
