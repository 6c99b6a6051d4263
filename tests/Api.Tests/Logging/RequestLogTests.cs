using FcnService.Api.Tests.Access;

namespace FcnService.Api.Tests.Logging;

public sealed class RequestLogTests(LoggedService service) : IClassFixture<LoggedService>
{
    [Fact]
    public async Task Log_SegmentedPhoto_HasSizeModelTimeAndCaller()
    {
        using var answer = await service.PostBodyAsync(Service.Draw(61, 37));
        Assert.Matches(
            @"POST /segment 200 61×37 fcn8s-camvid \d+\.\d ms from 127\.0\.0\.1 ", await service.ReadRequestLineAsync("/segment 200", "POST"));
    }

    [Fact]
    public async Task Log_RefusedImage_HasTheStatus()
    {
        using var answer = await service.PostBodyAsync("not an image"u8.ToArray());
        Assert.Matches(@"POST /segment 415 \d+\.\d ms from 127\.0\.0\.1 ", await service.ReadRequestLineAsync("/segment 415", "POST"));
    }
}
