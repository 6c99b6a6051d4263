using FcnService.Inference.Geometry;
using FcnService.Inference.Labels;

namespace FcnService.Inference.Tests.Reference;

/// <summary>Draws maps with regions of every shape: noise, or discs and bars over each other, with holes, islands and touching corners.</summary>
internal static class DrawnMaps
{
    public static ClassMap Noise(ImageSize size, int classes, int seed)
    {
        var random = new Random(seed);
        var map = new ClassMap(size);
        for (var i = 0; i < map.Labels.Length; i++)
        {
            map.Labels[i] = (byte)random.Next(classes);
        }

        return map;
    }

    public static ClassMap Shapes(ImageSize size, int classes, int seed)
    {
        var random = new Random(seed);
        var map = new ClassMap(size);
        map.Labels.Clear();
        for (var shape = 0; shape < 12; shape++)
        {
            var label = (byte)random.Next(classes);
            var (centreX, centreY, radius) = (random.Next(size.Width), random.Next(size.Height), random.Next(1, 1 + (size.LongSide / 3)));
            var isDisc = random.Next(2) == 0;
            for (var y = 0; y < size.Height; y++)
            {
                for (var x = 0; x < size.Width; x++)
                {
                    var (dx, dy) = (x - centreX, y - centreY);
                    var isInside = isDisc ? (dx * dx) + (dy * dy) <= radius * radius : Math.Abs(dx) <= radius && Math.Abs(dy) <= radius / 4;
                    map.Row(y)[x] = isInside ? label : map.Row(y)[x];
                }
            }
        }

        return map;
    }
}
