using System.Net;

namespace FcnService.Api.Tests.Admission;

public sealed class OverloadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_MoreThanTheQueueHolds_IsAnsweredOrRefusedWithRetryAfter()
    {
        await using var service = new WithSettings(("Admission:MaxQueuedMegapixels", "0.5"));
        await service.InitializeAsync();
        // 0.18 megapixels each, padded: three fit.
        var photo = Service.Draw(480, 360);

        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => service.PostBodyAsync(photo)));

        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        var refused = answers.Where(answer => answer.StatusCode != HttpStatusCode.OK).ToList();
        Assert.NotEmpty(refused);
        foreach (var answer in refused)
        {
            Assert.Contains("bound", await Service.ReadProblemAsync(answer, 429, "overloaded"), StringComparison.Ordinal);
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        }

        using var probe = await service.Client.GetAsync("/healthz/ready", Cancellation);
        Assert.Equal(HttpStatusCode.OK, probe.StatusCode);
        using var after = await service.PostBodyAsync(photo);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task Post_LongerThanTheTimeout_IsToldWhereTheTimeWent()
    {
        await using var service = new WithSettings(("Scheduling:TimeoutSeconds", "0.3"), ("Admission:MaxQueuedMegapixels", "1000"));
        await service.InitializeAsync();
        var photo = Service.Draw(1000, 1000);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => service.PostBodyAsync(photo)));

        var late = answers.Where(answer => answer.StatusCode != HttpStatusCode.OK).ToList();
        Assert.NotEmpty(late);
        var details = await Task.WhenAll(late.Select(answer => Service.ReadProblemAsync(answer, 504, "timeout")));
        Assert.All(details, detail => Assert.Contains(" s reading the image", detail, StringComparison.Ordinal));
        // On a slow machine some may not get beyond the upload; not all of them.
        Assert.Contains(details, detail => detail.Contains("waiting for the network", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Post_ClientThatLeaves_DoesNotHoldUpTheNext()
    {
        await using var service = new WithSettings();
        await service.InitializeAsync();
        using var leaving = new CancellationTokenSource();
        var photo = Service.Draw(1000, 1000);
        var abandoned = Enumerable.Range(0, 6).Select(_ => service.Client.PostAsync("/segment", new ByteArrayContent(photo)
        {
            Headers = { ContentType = new("image/png") },
        }, leaving.Token)).ToList();

        await leaving.CancelAsync();
        foreach (var request in abandoned)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        }

        using var answer = await service.PostBodyAsync(Service.Draw(64, 64));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private sealed class WithSettings(params (string Key, string Value)[] settings) : Service
    {
        protected override Dictionary<string, string> Settings => settings.ToDictionary(setting => setting.Key, setting => setting.Value);
    }
}
