using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;

namespace FcnService.Inference.Preprocessing;

/// <summary>Turns RGB bytes into a network's input: a value v becomes (v − mean) / std, in the channel order and layout of the model.</summary>
public sealed class Normalizer
{
    private const int Channels = RgbImage.BytesPerPixel;

    private readonly ChannelOrder order;
    private readonly TensorLayout layout;
    private readonly float[] mean;
    private readonly float[] std;

    /// <summary>Creates a normalizer.</summary>
    /// <param name="order">The tensor's channel order.</param>
    /// <param name="layout">The tensor's axes.</param>
    /// <param name="mean">Three values on the scale 0 to 255, in the tensor's channel order.</param>
    /// <param name="std">Three values on the scale 0 to 255, none of them 0, in the tensor's channel order.</param>
    public Normalizer(ChannelOrder order, TensorLayout layout, IReadOnlyList<float> mean, IReadOnlyList<float> std)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(mean?.Count ?? 0, Channels, nameof(mean));
        ArgumentOutOfRangeException.ThrowIfNotEqual(std?.Count ?? 0, Channels, nameof(std));
        this.order = order;
        this.layout = layout;
        this.mean = [.. mean!];
        this.std = [.. std!];
    }

    /// <summary>Writes an image into its place in a network's input; the padding becomes zero, which is the mean.</summary>
    /// <param name="image">The photo at the frame's content size.</param>
    /// <param name="frame">Where the content lies.</param>
    /// <param name="tensor">3 × height × width values of the frame's input, in the tensor's layout; overwritten wholly.</param>
    public void Write(RgbImage image, NetworkFrame frame, Span<float> tensor)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentOutOfRangeException.ThrowIfNotEqual(image.Size, frame.Content, nameof(image));
        ArgumentOutOfRangeException.ThrowIfNotEqual(tensor.Length, frame.Input.Pixels * Channels, nameof(tensor));
        if (frame.Padding != default)
        {
            tensor.Clear();
        }

        if (layout == TensorLayout.Nchw)
        {
            WritePlanes(image, frame, tensor);
        }
        else
        {
            WriteInterleaved(image, frame, tensor);
        }
    }

    private void WritePlanes(RgbImage image, NetworkFrame frame, Span<float> tensor)
    {
        var (input, padding) = (frame.Input, frame.Padding);
        for (var y = 0; y < image.Size.Height; y++)
        {
            var row = image.Row(y);
            var start = ((padding.Top + y) * input.Width) + padding.Left;
            for (var channel = 0; channel < Channels; channel++)
            {
                var plane = tensor.Slice(channel * input.Width * input.Height, input.Width * input.Height);
                WriteChannel(row, ByteOf(channel), plane.Slice(start, image.Size.Width), mean[channel], std[channel]);
            }
        }
    }

    private void WriteInterleaved(RgbImage image, NetworkFrame frame, Span<float> tensor)
    {
        var (input, padding) = (frame.Input, frame.Padding);
        for (var y = 0; y < image.Size.Height; y++)
        {
            var row = image.Row(y);
            var target = tensor[((((padding.Top + y) * input.Width) + padding.Left) * Channels)..];
            for (var channel = 0; channel < Channels; channel++)
            {
                for (int from = ByteOf(channel), to = channel; from < row.Length; from += Channels, to += Channels)
                {
                    target[to] = (row[from] - mean[channel]) / std[channel];
                }
            }
        }
    }

    // The byte, within a pixel's red, green and blue, that a channel of the tensor is made of.
    private int ByteOf(int channel) => order == ChannelOrder.Rgb ? channel : Channels - 1 - channel;

    private static void WriteChannel(ReadOnlySpan<byte> pixels, int offset, Span<float> plane, float mean, float std)
    {
        var x = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            x = WriteSixteenAtATime(pixels, offset, plane, mean, std);
        }

        for (; x < plane.Length; x++)
        {
            plane[x] = (pixels[(x * Channels) + offset] - mean) / std;
        }
    }

    // Sixteen pixels are three vectors of bytes; a shuffle of each picks the channel's bytes, and gives zero elsewhere.
    private static int WriteSixteenAtATime(ReadOnlySpan<byte> pixels, int offset, Span<float> plane, float mean, float std)
    {
        var (first, second, third) = (Picks(offset, 0), Picks(offset, 1), Picks(offset, 2));
        var (means, stds) = (Vector512.Create(mean), Vector512.Create(std));
        ref var source = ref MemoryMarshal.GetReference(pixels);
        var x = 0;
        for (; x + 16 <= plane.Length; x += 16)
        {
            var at = (nuint)(x * Channels);
            var bytes = Vector128.Shuffle(Vector128.LoadUnsafe(ref source, at), first)
                | Vector128.Shuffle(Vector128.LoadUnsafe(ref source, at + 16), second)
                | Vector128.Shuffle(Vector128.LoadUnsafe(ref source, at + 32), third);
            var (low, high) = Vector128.Widen(bytes);
            var (a, b) = Vector128.Widen(low);
            var (c, d) = Vector128.Widen(high);
            var values = Vector512.Create(Vector256.Create(a, b), Vector256.Create(c, d));
            ((Vector512.ConvertToSingle(values.AsInt32()) - means) / stds).CopyTo(plane[x..]);
        }

        return x;
    }

    private static Vector128<byte> Picks(int offset, int vector)
    {
        Span<byte> picks = stackalloc byte[16];
        for (var i = 0; i < picks.Length; i++)
        {
            var at = (i * Channels) + offset - (vector * 16);
            picks[i] = at is >= 0 and < 16 ? (byte)at : byte.MaxValue;
        }

        return Vector128.Create(picks);
    }
}
