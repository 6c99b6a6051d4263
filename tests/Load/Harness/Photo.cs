namespace FcnService.Load.Harness;

/// <summary>
/// Pictures drawn like photos, as far as a decoder and an encoder notice: smooth sky, a textured ground, edges, a sensor's noise. Equal
/// seeds draw equal pictures.
/// </summary>
internal static class Photo
{
    /// <summary>Draws 8-bit RGB.</summary>
    public static byte[] Draw(int width, int height, int seed)
    {
        var random = new Random(seed);
        var horizon = height * (0.3 + 0.4 * random.NextDouble());
        var boxes = Enumerable.Range(0, 12).Select(_ => Box.Of(random, width, height)).ToArray();
        var pixels = new byte[3 * width * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (red, green, blue) = Background(x, y, horizon, height);
                foreach (var box in boxes)
                {
                    if (box.Holds(x, y))
                    {
                        (red, green, blue) = (box.Red, box.Green, box.Blue);
                    }
                }

                var at = 3 * (y * width + x);
                var noise = random.Next(-2, 3);
                pixels[at] = (byte)Math.Clamp(red + noise, 0, 255);
                pixels[at + 1] = (byte)Math.Clamp(green + noise, 0, 255);
                pixels[at + 2] = (byte)Math.Clamp(blue + noise, 0, 255);
            }
        }

        return pixels;
    }

    /// <summary>Draws a PNG.</summary>
    public static byte[] Png(int width, int height, int seed) => PngWriter.Write(width, height, Draw(width, height, seed), 3 * width);

    private static (int Red, int Green, int Blue) Background(int x, int y, double horizon, int height)
    {
        if (y < horizon)
        {
            var bright = (int)(90 * y / horizon);
            return (90 + bright, 130 + bright, 225);
        }

        var near = (int)(60 * (y - horizon) / height) + (int)(8 * Math.Sin(x * 0.37) * Math.Cos(y * 0.23));
        return (80 + near, 84 + near, 82 + near);
    }

    private readonly record struct Box(int Left, int Top, int Right, int Bottom, int Red, int Green, int Blue)
    {
        public static Box Of(Random random, int width, int height)
        {
            var (left, top) = (random.Next(width), random.Next(height));
            var (right, bottom) = (left + random.Next(1 + width / 4), top + random.Next(1 + height / 3));
            return new Box(left, top, right, bottom, random.Next(256), random.Next(256), random.Next(256));
        }

        public bool Holds(int x, int y) => x >= Left && x < Right && y >= Top && y < Bottom;
    }
}
