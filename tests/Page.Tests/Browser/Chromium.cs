using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(FcnService.Page.Tests.Browser.Chromium))]

namespace FcnService.Page.Tests.Browser;

/// <summary>
/// The system's Chromium, started once, with the first test that needs it: Debian's package, or what FCN_CHROMIUM names. Playwright brings
/// a browser of its own only when it is asked to, and here it is not.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Arguments =
    [
        "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private readonly SemaphoreSlim turn = new(1);
    private IPlaywright? playwright;
    private IBrowser? browser;

    private static string Executable { get; } = Environment.GetEnvironmentVariable("FCN_CHROMIUM") ?? "/usr/bin/chromium";

    /// <summary>The browser; skips the test where there is none.</summary>
    public async Task<IBrowser> RequireAsync()
    {
        Assert.SkipUnless(File.Exists(Executable), $"There is no Chromium: neither {Executable} nor what FCN_CHROMIUM names.");
        await turn.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            playwright ??= await Playwright.CreateAsync();
            return browser ??= await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = Executable,
                Args = Arguments,
                // The sandbox of a process of root's has nothing to give up, so Chromium refuses it.
                ChromiumSandbox = Environment.UserName != "root",
            });
        }
        finally
        {
            turn.Release();
        }
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.CloseAsync();
        }

        playwright?.Dispose();
        turn.Dispose();
    }
}
