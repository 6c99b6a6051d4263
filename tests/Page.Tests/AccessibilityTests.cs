using System.Text.Json;
using FcnService.Api.Tests;
using FcnService.Page.Tests.Browser;
using Microsoft.Playwright;

namespace FcnService.Page.Tests;

/// <summary>axe-core finds no serious or critical fault; what no program finds is in the other tests, and was looked at.</summary>
public sealed class AccessibilityTests(Chromium chromium, Service service) : IClassFixture<Service>
{
    private static readonly string AxeCore = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "axe.min.js"));

    [Theory]
    [InlineData(ColorScheme.Light, false)]
    [InlineData(ColorScheme.Dark, false)]
    [InlineData(ColorScheme.Light, true)]
    [InlineData(ColorScheme.Dark, true)]
    public async Task Page_InEveryState_HasNoSeriousFault(ColorScheme colours, bool isPhone)
    {
        await using var visit = await Visit.OpenAsync(chromium, service, isPhone ? Devices.Phone(colours) : Devices.Computer(colours));
        await visit.Page.EvaluateAsync(AxeCore);
        await AssertNoFaultAsync(visit, "at first");

        await visit.SegmentSampleAsync("street.jpg");
        await visit.Page.Locator("summary").ClickAsync();
        await AssertNoFaultAsync(visit, "with a result");

        await visit.Page.Locator("#legend button").First.ClickAsync();
        await visit.Page.FocusAsync("#picture");
        await visit.Page.Keyboard.PressAsync("ArrowUp");
        await AssertNoFaultAsync(visit, "with an isolated class and the crosshair");

        visit.Expected = "status of 4";
        await visit.ChooseAsync("empty.png", [0]);
        await visit.ReadProblemAsync();
        await visit.Page.EvaluateAsync("document.getElementById('key-form').hidden = false");
        await AssertNoFaultAsync(visit, "with a problem and the form for a key");
    }

    [Fact]
    public async Task Axe_OnAPageWithFaults_FindsThem()
    {
        await using var visit = await Visit.OpenAsync(chromium, service);
        await visit.Page.EvaluateAsync(AxeCore);
        await visit.Page.EvaluateAsync(
            """
            () => {
              model.removeAttribute('aria-label');
              model.closest('label').replaceWith(model);
              document.documentElement.lang = '';
            }
            """);
        var faults = await FindFaultsAsync(visit);
        Assert.Contains(faults, fault => fault.StartsWith("select-name at", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("html-has-lang at", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_WithReducedMotion_StandsStill()
    {
        await using var visit = await Visit.OpenAsync(chromium, service, new BrowserNewContextOptions { ReducedMotion = ReducedMotion.Reduce });
        await visit.Page.EvaluateAsync("() => { document.body.dataset.state = 'busy'; }");
        Assert.Equal("none", await visit.Page.EvaluateAsync<string>("getComputedStyle(picture, '::after').animationName"));
    }

    [Fact]
    public async Task Page_InLightAndDark_TakesTheVisitorsChoice()
    {
        await using var light = await Visit.OpenAsync(chromium, service, Devices.Computer(ColorScheme.Light));
        await using var dark = await Visit.OpenAsync(chromium, service, Devices.Computer(ColorScheme.Dark));
        Assert.InRange((await light.ReadScreenAsync("body", [0.01, 0.01]))[0].Average(), 200, 255);
        Assert.InRange((await dark.ReadScreenAsync("body", [0.01, 0.01]))[0].Average(), 0, 60);
    }

    private static async Task AssertNoFaultAsync(Visit visit, string when)
    {
        var faults = await FindFaultsAsync(visit);
        Assert.True(faults.Count == 0, $"{when}: {string.Join("; ", faults)}");
    }

    private static async Task<List<string>> FindFaultsAsync(Visit visit)
    {
        var found = await visit.EvaluateAsync("async () => (await axe.run()).violations");
        return
        [
            .. found.EnumerateArray()
                .Where(violation => violation.GetProperty("impact").GetString() is "serious" or "critical")
                .Select(violation => $"{violation.GetProperty("id")} at {TargetsOf(violation)}"),
        ];
    }

    private static string TargetsOf(JsonElement violation) => string.Join(
        ", ",
        violation.GetProperty("nodes").EnumerateArray().Select(node => $"{node.GetProperty("target")}: {node.GetProperty("failureSummary")}"));
}
