using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;

namespace FcnService.Inference.Tests.Reference;

/// <summary>Normalization value by value, as the definition reads.</summary>
internal static class PlainNormalizer
{
    public static float[] Write(RgbImage image, NetworkFrame frame, ChannelOrder order, TensorLayout layout, float[] mean, float[] std)
    {
        var (width, height) = (frame.Input.Width, frame.Input.Height);
        var tensor = new float[3 * width * height];
        for (var y = 0; y < image.Size.Height; y++)
        {
            for (var x = 0; x < image.Size.Width; x++)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    var value = image.Row(y)[(x * 3) + (order == ChannelOrder.Rgb ? channel : 2 - channel)];
                    var (column, row) = (x + frame.Padding.Left, y + frame.Padding.Top);
                    var at = layout == TensorLayout.Nchw ? (((channel * height) + row) * width) + column : (((row * width) + column) * 3) + channel;
                    tensor[at] = (value - mean[channel]) / std[channel];
                }
            }
        }

        return tensor;
    }
}
