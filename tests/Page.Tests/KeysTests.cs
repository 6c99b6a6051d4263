using System.Security.Cryptography;
using System.Text;
using FcnService.Api.Tests;
using FcnService.Page.Tests.Browser;

namespace FcnService.Page.Tests;

public sealed class KeysTests(Chromium chromium, KeysTests.KeyedService service) : IClassFixture<KeysTests.KeyedService>
{
    private const string Key = "page-key-41b7";
    private const string LimitedKey = "limited-key-90c2";

    [Fact]
    public async Task Key_Entered_OpensTheServiceForThisTab()
    {
        await using var visit = await OpenAsync();
        Assert.True(await visit.Page.IsVisibleAsync("#key-form"));
        await EnterAsync(visit, Key);
        Assert.False(await visit.Page.IsVisibleAsync("#problem"));
        await visit.SegmentSampleAsync("street.jpg");

        // Kept through a reload, and nowhere but in the session's storage.
        await visit.Page.ReloadAsync();
        await visit.SegmentSampleAsync("street.jpg");
        Assert.Equal(Key, await visit.Page.EvaluateAsync<string>("Object.values(sessionStorage).join()"));
        Assert.Equal(string.Empty, await visit.Page.EvaluateAsync<string>("Object.values(localStorage).join() + document.cookie"));
        Assert.DoesNotContain(visit.Requests, request => request.Url.Contains(Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Key_ThatIsWrong_IsRefusedInWords()
    {
        await using var visit = await OpenAsync();
        await visit.Page.FillAsync("#key", "wrong");
        await visit.Page.PressAsync("#key", "Enter");
        await visit.WaitForAsync("problem.textContent.includes('none of the service')");
        Assert.True(await visit.Page.IsVisibleAsync("#key-form"));
    }

    [Fact]
    public async Task Key_BeyondItsLimit_SaysWhenToTryAgain()
    {
        await using var visit = await OpenAsync();
        // Asking for the models takes the one request that it has.
        await EnterAsync(visit, LimitedKey);
        await visit.Page.ClickAsync("[data-sample='street.jpg']");
        var words = await visit.ReadProblemAsync();
        Assert.Contains("'guest' has 1 requests a minute", words, StringComparison.Ordinal);
        Assert.Matches(@"Try again in \d+ s\.", words);
    }

    private Task<Visit> OpenAsync() => Visit.OpenAsync(chromium, service, before: visit =>
    {
        visit.Expected = "the server responded with a status of 4";
        return Task.CompletedTask;
    });

    private static async Task EnterAsync(Visit visit, string key)
    {
        await visit.Page.FillAsync("#key", key);
        await visit.Page.PressAsync("#key", "Enter");
        await visit.WaitForAsync("model.options.length === 1");
    }

    public sealed class KeyedService : Service
    {
        protected override Dictionary<string, string> Settings => new()
        {
            ["Access:Keys:0:Name"] = "page",
            ["Access:Keys:0:Hash"] = HashOf(Key),
            ["Access:Keys:1:Name"] = "guest",
            ["Access:Keys:1:Hash"] = HashOf(LimitedKey),
            ["Access:Keys:1:RequestsPerMinute"] = "1",
        };

        private static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
    }
}
