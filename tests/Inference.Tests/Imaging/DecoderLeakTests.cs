using System.Runtime.InteropServices;
using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;

namespace FcnService.Inference.Tests.Imaging;

/// <summary>A decoder that kept something of each image would have run out of memory after some thousand.</summary>
public sealed class DecoderLeakTests
{
    private const int Times = 200;

    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    private static readonly Func<int> CountAllocations = LoadCounter();

    [Fact]
    public void Decode_ManyImages_KeepsNothingOfThem()
    {
        var file = PngFile.WriteRgb(300, 200, new byte[300 * 200 * 3]);
        AssertKeepsNothing(() =>
        {
            using var image = Decoder.Open(file);
            image.Decode(new ImageSize(60, 40)).Dispose();
        });
    }

    [Fact]
    public void Decode_ManyBrokenImages_KeepsNothingOfThem()
    {
        var file = PngFile.WriteRgb(300, 200, new byte[300 * 200 * 3]);
        var truncated = file.AsMemory(0, file.Length - 40);
        AssertKeepsNothing(() =>
        {
            using var image = Decoder.Open(truncated);
            Assert.Throws<ImageRejectedException>(() => image.Decode(new ImageSize(60, 40)));
        });
    }

    private static void AssertKeepsNothing(Action decode)
    {
        decode();
        var before = CountAllocations();
        for (var i = 0; i < Times; i++)
        {
            decode();
        }

        // Other tests decode at the same time, and hold a few.
        Assert.InRange(CountAllocations() - before, int.MinValue, Times / 2);
    }

    private static Func<int> LoadCounter()
    {
        var library = NativeLibrary.Load("vips", typeof(ImageDecoder).Assembly, searchPath: null);
        return Marshal.GetDelegateForFunctionPointer<Counter>(NativeLibrary.GetExport(library, "vips_tracked_get_allocs")).Invoke;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Counter();
}
