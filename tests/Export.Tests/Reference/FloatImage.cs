namespace FcnService.Export.Tests.Reference;

/// <summary>Feature maps of one image, [channels, height, width] row by row.</summary>
internal sealed record FloatImage(int Channels, int Height, int Width, double[] Values)
{
    public FloatImage(int channels, int height, int width)
        : this(channels, height, width, new double[channels * height * width])
    {
    }

    /// <summary>A value; zero outside the image.</summary>
    public double this[int channel, int y, int x]
    {
        get => y >= 0 && y < Height && x >= 0 && x < Width ? Values[(((channel * Height) + y) * Width) + x] : 0;
        set => Values[(((channel * Height) + y) * Width) + x] = value;
    }

    public static FloatImage Random(int channels, int height, int width, int seed, double scale)
    {
        var random = new Random(seed);
        var image = new FloatImage(channels, height, width);
        for (var i = 0; i < image.Values.Length; i++)
        {
            // What single precision holds exactly, so that both sides see the same image.
            image.Values[i] = (float)(scale * ((2 * random.NextDouble()) - 1));
        }

        return image;
    }
}
