using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FcnService.Inference.Imaging;

/// <summary>The functions by which libvips computes an image that is another one with its rows changed.</summary>
/// <param name="change">Makes the change.</param>
internal sealed unsafe class ChangedRows(RowChange change) : IDisposable
{
    // VIPS_DEMAND_STYLE_FATSTRIP: whole rows as they come out of a file, several at a time, so that threads change hands less often.
    private const int WholeRows = 1;

    private GCHandle self;
    private nint image;

    /// <summary>Makes one image of another.</summary>
    /// <param name="from">The image that is changed; three bands of eight bits.</param>
    /// <param name="to">The new image; lives no longer than this.</param>
    /// <returns>0 if libvips agrees.</returns>
    public int Connect(nint from, nint to)
    {
        image = to;
        self = GCHandle.Alloc(this);
        var inputs = stackalloc nint[] { from, 0 };
        return Libvips.PipelineArray(to, WholeRows, inputs) != 0 ? -1 : Libvips.Generate(to, &Start, &Compute, &Stop, from, GCHandle.ToIntPtr(self));
    }

    /// <summary>Ends the connection, when the image is gone.</summary>
    public void Dispose()
    {
        if (self.IsAllocated)
        {
            self.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Start(nint image, nint from, nint self) => Libvips.RegionNew(from);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Stop(nint region, nint from, nint self)
    {
        Libvips.ObjectUnref(region);
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Compute(Libvips.Region* to, Libvips.Region* from, nint source, nint self, int* stop)
    {
        var rows = (ChangedRows)GCHandle.FromIntPtr(self).Target!;
        // Where another libvips lays regions out otherwise, nothing is written; the caller is told that the pixels could not be computed.
        if (to->Image != rows.image || Libvips.RegionPrepare(from, &to->Valid) != 0)
        {
            return -1;
        }

        rows.Copy(from, to);
        return 0;
    }

    private void Copy(Libvips.Region* from, Libvips.Region* to)
    {
        var area = to->Valid;
        var length = area.Width * RgbImage.BytesPerPixel;
        for (var y = area.Top; y < area.Top + area.Height; y++)
        {
            var row = new Span<byte>(to->Address(area.Left, y, RgbImage.BytesPerPixel), length);
            new ReadOnlySpan<byte>(from->Address(area.Left, y, RgbImage.BytesPerPixel), length).CopyTo(row);
            change(area.Left, y, row);
        }
    }
}

/// <summary>Changes a part of a row of an image in place. Must not throw: there is nobody on the thread to tell.</summary>
/// <param name="x">The column of the part's first pixel.</param>
/// <param name="y">The row.</param>
/// <param name="pixels">Red, green and blue of each pixel.</param>
internal delegate void RowChange(int x, int y, Span<byte> pixels);
