using System.Runtime.InteropServices;
using FcnService.Inference.Geometry;

namespace FcnService.Inference.Imaging;

/// <summary>A libvips image: a recipe for pixels, which are computed only when they are read.</summary>
internal sealed class VipsImage : SafeHandle
{
    // Fewer take more time; more leave larger holes in the heap, tens of megabytes with sixteen. bench/Budgets tells.
    private const int RowsAtOnce = 4;

    private ChangedRows? rows;

    private VipsImage(nint image)
        : base(0, ownsHandle: true)
    {
        SetHandle(image);
    }

    public override bool IsInvalid => handle == 0;

    public ImageSize Size => new(Libvips.GetWidth(handle), Libvips.GetHeight(handle));

    public int Bands => Libvips.GetBands(handle);

    public int BytesPerPixel => Bands * (int)Libvips.FormatSize(Libvips.GetFormat(handle));

    public bool HasAlpha => Libvips.HasAlpha(handle) != 0;

    /// <summary>Whether the file holds the picture in passes over the whole of it: a progressive JPEG, an interlaced PNG or GIF.</summary>
    public bool IsInterlaced => Libvips.GetTypeOf(handle, "interlaced") != 0;

    public bool HasIccProfile => Libvips.GetTypeOf(handle, "icc-profile-data") != 0;

    // Read as the field that it is: libvips' own accessor says 1 of what it finds implausible, 10,000 pages and more.
    public int Frames => Libvips.GetTypeOf(handle, "n-pages") != 0 && Libvips.GetInt(handle, "n-pages", out var pages) == 0 ? Math.Max(pages, 1) : 1;

    /// <summary>The EXIF orientation, 1 (upright) to 8.</summary>
    public int Orientation => Libvips.GetOrientation(handle);

    /// <summary>Opens an encoded image; reads its header only.</summary>
    /// <param name="loader">The libvips operation, such as "jpegload_buffer".</param>
    /// <param name="file">The encoded bytes; must stay where they are while the image, or one made from it, lives.</param>
    /// <param name="length">Their number.</param>
    /// <param name="arguments">More of the operation's arguments.</param>
    /// <exception cref="VipsException">libvips refuses the header.</exception>
    public static unsafe VipsImage Load(string loader, byte* file, int length, params ReadOnlySpan<(string Name, string Value)> arguments)
    {
        var blob = Libvips.BlobNew(0, (nint)file, (nuint)length);
        try
        {
            return Run(loader, [("buffer", Libvips.BlobType(), blob)], arguments, GetImage);
        }
        finally
        {
            Libvips.AreaUnref(blob);
        }
    }

    /// <summary>An image of pixels that are there, so that they can be read in any order.</summary>
    /// <param name="pixels">Red, green and blue of each; stay where they are while the result, or an image made from it, lives.</param>
    /// <param name="size">The image's size.</param>
    /// <exception cref="VipsException">libvips refuses.</exception>
    public static unsafe VipsImage OfPixels(byte* pixels, ImageSize size) =>
        Take(Libvips.ImageNewFromMemory(
            pixels, checked((nuint)(size.Pixels * RgbImage.BytesPerPixel)), size.Width, size.Height, RgbImage.BytesPerPixel, Libvips.Byte));

    /// <summary>Applies an operation that makes one image of one image.</summary>
    /// <exception cref="VipsException">libvips refuses the arguments or the image.</exception>
    public VipsImage Apply(string operation, params ReadOnlySpan<(string Name, string Value)> arguments) =>
        Run(operation, [("in", Libvips.ImageType(), handle)], arguments, GetImage);

    /// <summary>Changes rows of pixels while they are computed, on whichever of libvips' threads does that, in any order.</summary>
    /// <param name="change">Makes the change.</param>
    /// <returns>An image that must be disposed before this one.</returns>
    /// <exception cref="VipsException">libvips refuses.</exception>
    public VipsImage Change(RowChange change)
    {
        var image = Take(Libvips.ImageNew());
        image.rows = new ChangedRows(change);
        if (image.rows.Connect(handle, image.handle) == 0)
        {
            return image;
        }

        image.Dispose();
        throw new VipsException(Libvips.TakeError());
    }

    /// <summary>Computes the pixels now, into memory, so that they can be read in any order.</summary>
    /// <exception cref="VipsException">The pixels cannot be computed: the file is broken.</exception>
    public VipsImage InMemory() => Take(Libvips.CopyMemory(handle));

    /// <summary>Encodes the image, on libvips' threads, while its pixels are computed.</summary>
    /// <param name="saver">The libvips operation, such as "jpegsave_buffer".</param>
    /// <param name="output">Receives the file.</param>
    /// <param name="arguments">More of the operation's arguments.</param>
    /// <exception cref="VipsException">The pixels cannot be computed: the file that they come from is broken.</exception>
    public void Write(string saver, Stream output, params ReadOnlySpan<(string Name, string Value)> arguments)
    {
        try
        {
            Run(saver, [("in", Libvips.ImageType(), handle)], arguments, operation => WriteBlob(operation, output));
        }
        finally
        {
            Libvips.ThreadShutdown();
        }
    }

    /// <summary>Computes the pixels from the top, a few rows at a time, on the calling thread, and keeps none.</summary>
    /// <remarks>libvips' own ways to compute all pixels share the rows out to threads, which wait in turn for the one decoder and copy more.</remarks>
    /// <param name="take">Is given each row: its pixels, band by band within each.</param>
    /// <exception cref="VipsException">The pixels cannot be computed: the file is broken.</exception>
    public unsafe void Read(Action<ReadOnlySpan<byte>> take)
    {
        var (size, rowBytes) = (Size, Size.Width * BytesPerPixel);
        var region = (Libvips.Region*)Libvips.RegionNew(handle);
        try
        {
            if (region->Image != handle)
            {
                throw new InvalidOperationException("This libvips lays regions out otherwise than libvips 8.18 does.");
            }

            for (var top = 0; top < size.Height; top += RowsAtOnce)
            {
                var rows = new Libvips.Rectangle { Top = top, Width = size.Width, Height = Math.Min(RowsAtOnce, size.Height - top) };
                if (Libvips.RegionPrepare(region, &rows) != 0)
                {
                    throw new VipsException(Libvips.TakeError());
                }

                for (var y = top; y < top + rows.Height; y++)
                {
                    take(new ReadOnlySpan<byte>(region->Address(0, y, BytesPerPixel), rowBytes));
                }
            }
        }
        finally
        {
            Libvips.ObjectUnref((nint)region);
            Libvips.ThreadShutdown();
        }
    }

    protected override bool ReleaseHandle()
    {
        Libvips.ObjectUnref(handle);
        rows?.Dispose();
        return true;
    }

    private static VipsImage Take(nint image) => image == 0 ? throw new VipsException(Libvips.TakeError()) : new VipsImage(image);

    private static T Run<T>(
        string name,
        ReadOnlySpan<(string Name, nuint Type, nint Value)> inputs,
        ReadOnlySpan<(string Name, string Value)> arguments,
        Func<nint, T> takeOutput)
    {
        var operation = Libvips.OperationNew(name);
        if (operation == 0)
        {
            throw new VipsException(Libvips.TakeError());
        }

        try
        {
            foreach (var (input, type, value) in inputs)
            {
                SetInput(operation, input, type, value);
            }

            foreach (var (argument, value) in arguments)
            {
                if (Libvips.SetArgument(operation, argument, value) != 0)
                {
                    throw new VipsException(Libvips.TakeError());
                }
            }

            var built = Libvips.OperationBuild(operation);
            if (built == 0)
            {
                Libvips.UnrefOutputs(operation);
                throw new VipsException(Libvips.TakeError());
            }

            try
            {
                return takeOutput(built);
            }
            finally
            {
                Libvips.UnrefOutputs(built);
                Libvips.ObjectUnref(built);
            }
        }
        finally
        {
            Libvips.ObjectUnref(operation);
        }
    }

    private static void SetInput(nint operation, string name, nuint type, nint input)
    {
        var value = default(Libvips.GValue);
        Libvips.ValueInit(ref value, type);
        if (type == Libvips.ImageType())
        {
            Libvips.ValueSetObject(ref value, input);
        }
        else
        {
            Libvips.ValueSetBoxed(ref value, input);
        }

        Libvips.ObjectSetProperty(operation, name, ref value);
        Libvips.ValueUnset(ref value);
    }

    private static VipsImage GetImage(nint operation)
    {
        var value = default(Libvips.GValue);
        Libvips.ValueInit(ref value, Libvips.ImageType());
        Libvips.ObjectGetProperty(operation, "out", ref value);
        var image = new VipsImage(Libvips.ValueDupObject(ref value));
        Libvips.ValueUnset(ref value);
        return image;
    }

    private static unsafe long WriteBlob(nint operation, Stream output)
    {
        var value = default(Libvips.GValue);
        Libvips.ValueInit(ref value, Libvips.BlobType());
        Libvips.ObjectGetProperty(operation, "buffer", ref value);
        try
        {
            var file = Libvips.BlobGet(Libvips.ValueGetBoxed(ref value), out var length);
            output.Write(new ReadOnlySpan<byte>((void*)file, (int)length));
            return (long)length;
        }
        finally
        {
            Libvips.ValueUnset(ref value);
        }
    }
}

/// <summary>What libvips says went wrong, line by line.</summary>
internal sealed class VipsException(string message) : Exception(message);
