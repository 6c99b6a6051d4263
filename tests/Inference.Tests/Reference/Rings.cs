namespace FcnService.Inference.Tests.Reference;

/// <summary>A plain filler of polygons: a pixel is in where a ray from its centre to the left crosses an odd number of edges.</summary>
internal static class Rings
{
    /// <summary>Which pixels are in the rings, row by row.</summary>
    public static bool[] Fill(IEnumerable<IReadOnlyList<int>> rings, int width, int height)
    {
        // By pixel: how often its left edge is crossed.
        var crossings = new int[width * height];
        foreach (var ring in rings)
        {
            for (var i = 0; i < ring.Count; i += 2)
            {
                var (fromX, fromY) = (ring[i], ring[i + 1]);
                var (toX, toY) = (ring[(i + 2) % ring.Count], ring[(i + 3) % ring.Count]);
                Assert.True(fromX == toX || fromY == toY, "An edge lies along pixels.");
                for (var y = Math.Min(fromY, toY); fromX == toX && fromX < width && y < Math.Max(fromY, toY); y++)
                {
                    crossings[(y * width) + fromX]++;
                }
            }
        }

        var filled = new bool[width * height];
        for (var y = 0; y < height; y++)
        {
            var count = 0;
            for (var x = 0; x < width; x++)
            {
                count += crossings[(y * width) + x];
                filled[(y * width) + x] = count % 2 == 1;
            }
        }

        return filled;
    }

    /// <summary>The area inside a ring, in pixels; above 0 where it runs clockwise as it is seen.</summary>
    public static long Area(IReadOnlyList<int> ring)
    {
        var twice = 0L;
        for (var i = 0; i < ring.Count; i += 2)
        {
            twice += ((long)ring[i] * ring[(i + 3) % ring.Count]) - ((long)ring[(i + 2) % ring.Count] * ring[i + 1]);
        }

        return twice / 2;
    }
}
