namespace FcnService.DecoderMemory;

/// <summary>The pictures that are decoded.</summary>
internal static class Picture
{
    /// <summary>Draws a coloured picture with detail and saves it.</summary>
    public static void Draw(string path, Case drawn)
    {
        Vips.Start();
        var isDeep = drawn.Bands.EndsWith("16", StringComparison.Ordinal);
        var hasAlpha = drawn.Bands.StartsWith("rgba", StringComparison.Ordinal);
        // Rings that become finer outwards: neither plain nor noise.
        var image = Vips.Run("zone", 0, ("width", $"{drawn.Width}"), ("height", $"{drawn.Height}"), ("uchar", "true"));
        image = Vips.Run("linear", image, ("a", (isDeep ? "200 150 90" : "1 0.7 0.4") + (hasAlpha ? " 1" : string.Empty)), ("b", "0"));
        image = Vips.Run("cast", image, ("format", isDeep ? "ushort" : "uchar"));
        image = Vips.Run("copy", image, ("interpretation", isDeep ? "rgb16" : "srgb"));
        Vips.SetInt(image, "orientation", drawn.Orientation);
        Vips.Run(drawn.Saver, image, [("filename", path), .. drawn.Options]);
    }
}
