using Microsoft.Playwright;

namespace FcnService.Page.Tests.Browser;

/// <summary>Screens that the page must be good on, in CSS pixels.</summary>
internal static class Devices
{
    public static ViewportSize Desktop { get; } = new() { Width = 1280, Height = 860 };

    /// <summary>A phone, held upright, with fingers for a pointer.</summary>
    public static BrowserNewContextOptions Phone(ColorScheme colours = ColorScheme.Light) => new()
    {
        ViewportSize = new ViewportSize { Width = 390, Height = 844 },
        DeviceScaleFactor = 2,
        HasTouch = true,
        IsMobile = true,
        ColorScheme = colours,
    };

    public static BrowserNewContextOptions Computer(ColorScheme colours) => new() { ColorScheme = colours };
}
