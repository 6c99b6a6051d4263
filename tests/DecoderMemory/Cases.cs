namespace FcnService.DecoderMemory;

/// <summary>An image to draw and decode.</summary>
/// <param name="Name">Names it in the table.</param>
/// <param name="Extension">Of its file's name, without a dot.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Bands">rgb or rgba, then 16 for sixteen bits.</param>
/// <param name="Saver">The libvips operation that writes it.</param>
/// <param name="Options">The operation's arguments.</param>
internal sealed record Case(
    string Name, string Extension, int Width, int Height, string Bands, string Saver, params (string, string)[] Options)
{
    /// <summary>The EXIF orientation.</summary>
    public int Orientation { get; init; } = 1;

    /// <summary>Whether four at once are measured too.</summary>
    public bool IsCommon { get; init; }
}

/// <summary>What is measured: each format as it is met, and its worst at the limits.</summary>
internal static class Cases
{
    private static readonly (string, string) Fast = ("compression", "1");

    public static IReadOnlyList<Case> All { get; } =
    [
        new("photo 500×375 JPEG", "jpg", 500, 375, "rgb", "jpegsave") { IsCommon = true },
        new("12 MP JPEG", "jpg", 4000, 3000, "rgb", "jpegsave") { IsCommon = true },
        new("49 MP PNG", "png", 7000, 7000, "rgb", "pngsave", Fast) { IsCommon = true },
        new("49 MP PNG, on its side", "png", 7000, 7000, "rgb", "pngsave", Fast) { Orientation = 6 },
        new("49 MP PNG, RGBA", "png", 7000, 7000, "rgba", "pngsave", Fast),
        new("49 MP PNG, 16 bits", "png", 7000, 7000, "rgb16", "pngsave", Fast),
        new("49 MP PNG, palette", "png", 7000, 7000, "rgb", "pngsave", Fast, ("palette", "true"), ("effort", "1"), ("dither", "0")),
        new("49 MP PNG, interlaced", "png", 7000, 7000, "rgb", "pngsave", Fast, ("interlace", "true")),
        new("49 MP PNG, interlaced, 16 bits RGBA", "png", 7000, 7000, "rgba16", "pngsave", Fast, ("interlace", "true")),
        new("48 MP JPEG", "jpg", 8000, 6000, "rgb", "jpegsave"),
        new("48 MP JPEG, on its side", "jpg", 8000, 6000, "rgb", "jpegsave") { Orientation = 6 },
        new("48 MP JPEG, no subsampling", "jpg", 8000, 6000, "rgb", "jpegsave", ("subsample-mode", "off")),
        new("24 MP JPEG, progressive", "jpg", 6000, 4000, "rgb", "jpegsave", ("interlace", "true")),
        new("48 MP JPEG, progressive", "jpg", 8000, 6000, "rgb", "jpegsave", ("interlace", "true")),
        new(
            "48 MP JPEG, progressive, no subsampling", "jpg", 8000, 6000, "rgb", "jpegsave", ("interlace", "true"), ("subsample-mode", "off")),
        new("24 MP WebP", "webp", 6000, 4000, "rgb", "webpsave", ("effort", "0")),
        new("48 MP WebP", "webp", 8000, 6000, "rgb", "webpsave", ("effort", "0")),
        new("48 MP WebP, lossless", "webp", 8000, 6000, "rgb", "webpsave", ("effort", "0"), ("lossless", "true")),
        new("48 MP TIFF, strips", "tif", 8000, 6000, "rgb", "tiffsave"),
        new("48 MP TIFF, on its side", "tif", 8000, 6000, "rgb", "tiffsave") { Orientation = 6 },
        new("48 MP TIFF, one strip", "tif", 8000, 6000, "rgb", "tiffsave", ("compression", "deflate"), ("tile-height", "6000")),
        new("48 MP TIFF, tiles", "tif", 8000, 6000, "rgb", "tiffsave", ("tile", "true"), ("compression", "deflate")),
        new("48 MP GIF", "gif", 8000, 6000, "rgb", "gifsave", ("effort", "1"), ("dither", "0")),
        new("12 MP AVIF", "avif", 4000, 3000, "rgb", "heifsave", ("compression", "av1"), ("effort", "0")),
        new("48 MP AVIF", "avif", 8000, 6000, "rgb", "heifsave", ("compression", "av1"), ("effort", "0")),
        new("over the limits, PNG", "png", 10000, 5001, "rgb", "pngsave", Fast),
        new("over the limits, JPEG", "jpg", 10000, 5001, "rgb", "jpegsave"),
    ];
}
