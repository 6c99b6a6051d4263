namespace FcnService.Inference.Tests.Reference;

/// <summary>A plain reader of COCO's compressed run lengths, after the description of rleFrString in cocoapi's common/maskApi.c.</summary>
internal static class CocoMask
{
    /// <summary>Which pixels are in the mask, row by row.</summary>
    public static bool[] Decode(ReadOnlySpan<byte> text, int width, int height)
    {
        var counts = new List<long>();
        for (var at = 0; at < text.Length;)
        {
            var (value, shift, group) = (0L, 0, 0);
            do
            {
                group = text[at++] - 48;
                value |= (long)(group & 0x1F) << shift;
                shift += 5;
            }
            while ((group & 0x20) != 0);

            if ((group & 0x10) != 0)
            {
                value |= -1L << shift;
            }

            counts.Add(counts.Count > 2 ? value + counts[^2] : value);
        }

        Assert.Equal(width * height, counts.Sum());
        var mask = new bool[width * height];
        var (pixel, isIn) = (0, false);
        foreach (var count in counts)
        {
            for (var i = 0; i < count; i++, pixel++)
            {
                mask[(pixel % height * width) + (pixel / height)] = isIn;
            }

            isIn = !isIn;
        }

        return mask;
    }
}
