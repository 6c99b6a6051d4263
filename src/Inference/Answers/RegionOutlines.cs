using FcnService.Inference.Labels;

namespace FcnService.Inference.Answers;

/// <summary>
/// The outlines of a map's regions, exactly along the edges of pixels. Edges are followed with the region on the right hand; pixels that touch
/// only at a corner are apart. So the outer ring of a region runs clockwise as it is seen, those of its holes the other way.
/// </summary>
internal sealed class RegionOutlines
{
    // Right, down, left, up.
    private static readonly (int X, int Y)[] Steps = [(1, 0), (0, 1), (-1, 0), (0, -1)];

    private readonly ClassMap map;
    private readonly int width;
    private readonly int height;
    private readonly List<int> corners = [];

    // By pixel: whether the edge above it is part of a ring that has been followed.
    private readonly byte[] followed;

    private RegionOutlines(ClassMap map, byte[] followed)
    {
        this.map = map;
        this.followed = followed;
        (width, height) = (map.Size.Width, map.Size.Height);
    }

    /// <summary>Follows the outlines of all labels.</summary>
    /// <returns>
    /// By label, its rings: x and y of each corner in turn, where (0, 0) is the upper left corner of the first pixel. A pixel is in a region if
    /// it is inside an odd number of its rings.
    /// </returns>
    public static IReadOnlyList<int[]>[] Of(ClassMap map)
    {
        var rings = new List<int[]>[byte.MaxValue + 1];
        for (var label = 0; label < rings.Length; label++)
        {
            rings[label] = [];
        }

        var followed = ImageBuffers.Bytes.Rent(map.Labels.Length);
        try
        {
            followed.AsSpan(0, map.Labels.Length).Clear();
            new RegionOutlines(map, followed).FollowAll(rings);
        }
        finally
        {
            ImageBuffers.Bytes.Return(followed);
        }

        return rings;
    }

    // Every ring has an edge above a pixel of its region, and is met there first where it has a corner.
    private void FollowAll(List<int[]>[] rings)
    {
        for (var y = 0; y < height; y++)
        {
            var row = map.Row(y);
            var above = map.Row(Math.Max(0, y - 1));
            for (var x = 0; x < width; x++)
            {
                if ((y == 0 || above[x] != row[x]) && followed[(y * width) + x] == 0)
                {
                    rings[row[x]].Add(Follow(x, y, row[x]));
                }
            }
        }
    }

    private int[] Follow(int startX, int startY, byte label)
    {
        corners.Clear();
        corners.Add(startX);
        corners.Add(startY);
        var labels = map.Labels;
        var (x, y, direction) = (startX, startY, 0);
        while (true)
        {
            if (direction == 0)
            {
                followed[(y * width) + x] = 1;
            }

            x += Steps[direction].X;
            y += Steps[direction].Y;
            var turn = TurnAt(labels, x, y, direction, label);
            direction = (direction + turn) & 3;
            if (x == startX && y == startY && direction == 0)
            {
                return [.. corners];
            }

            if (turn != 0)
            {
                corners.Add(x);
                corners.Add(y);
            }
        }
    }

    // 1 is to the right, −1 to the left. The two pixels ahead of a corner tell.
    private int TurnAt(ReadOnlySpan<byte> labels, int x, int y, int direction, byte label)
    {
        var (leftAhead, rightAhead) = direction switch
        {
            0 => (Is(labels, x, y - 1, label), Is(labels, x, y, label)),
            1 => (Is(labels, x, y, label), Is(labels, x - 1, y, label)),
            2 => (Is(labels, x - 1, y, label), Is(labels, x - 1, y - 1, label)),
            _ => (Is(labels, x - 1, y - 1, label), Is(labels, x, y - 1, label)),
        };
        if (!rightAhead)
        {
            return 1;
        }

        return leftAhead ? -1 : 0;
    }

    private bool Is(ReadOnlySpan<byte> labels, int x, int y, byte label) =>
        (uint)x < (uint)width && (uint)y < (uint)height && labels[(y * width) + x] == label;
}
