using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FcnService.Inference.Imaging;

/// <summary>
/// The part of the C API of libvips 8.18 and of the GObject library inside it that is needed. Functions with variable arguments are
/// left out: their calling convention differs between platforms. Documented at https://www.libvips.org/API/current/.
/// </summary>
internal static partial class Libvips
{
    /// <summary>VIPS_FORMAT_UCHAR: samples are bytes.</summary>
    public const int Byte = 0;

    private const string Library = "vips";

    // Every entry point goes through here once, before the first image.
    static unsafe Libvips()
    {
        if (Init("FcnService") != 0)
        {
            throw new InvalidOperationException($"libvips does not start: {TakeError()}");
        }

        // Loaders that libvips' authors do not call safe for files from strangers.
        BlockUntrusted(1);
        // The cache would keep finished operations, and with them the requests' bytes.
        CacheSetMax(0);
        // A broken image has its fault in the error buffer, which becomes the answer; what else GLib logs would go to standard error.
        LogSetDefaultHandler(&Discard, 0);
    }

    [LibraryImport(Library, EntryPoint = "vips_operation_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OperationNew(string name);

    /// <summary>Checks the arguments and runs what can run at once; null on failure. The result has a reference of its own beside the given one's.</summary>
    [LibraryImport(Library, EntryPoint = "vips_cache_operation_build")]
    public static partial nint OperationBuild(nint operation);

    [LibraryImport(Library, EntryPoint = "vips_object_set_argument_from_string", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetArgument(nint operation, string name, string value);

    [LibraryImport(Library, EntryPoint = "vips_object_unref_outputs")]
    public static partial void UnrefOutputs(nint operation);

    [LibraryImport(Library, EntryPoint = "vips_image_get_width")]
    public static partial int GetWidth(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_height")]
    public static partial int GetHeight(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_bands")]
    public static partial int GetBands(nint image);

    /// <summary>The kind of number that a sample is.</summary>
    [LibraryImport(Library, EntryPoint = "vips_image_get_format")]
    public static partial int GetFormat(nint image);

    /// <summary>The bytes of a sample.</summary>
    [LibraryImport(Library, EntryPoint = "vips_format_sizeof")]
    public static partial ulong FormatSize(int format);

    [LibraryImport(Library, EntryPoint = "vips_image_hasalpha")]
    public static partial int HasAlpha(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_int", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetInt(nint image, string field, out int value);

    /// <summary>The EXIF orientation, 1 to 8.</summary>
    [LibraryImport(Library, EntryPoint = "vips_image_get_orientation")]
    public static partial int GetOrientation(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_typeof", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nuint GetTypeOf(nint image, string field);

    /// <summary>A view of an image, through which its pixels are computed; belongs to the calling thread.</summary>
    [LibraryImport(Library, EntryPoint = "vips_region_new")]
    public static partial nint RegionNew(nint image);

    /// <summary>Frees what libvips keeps for the calling thread.</summary>
    [LibraryImport(Library, EntryPoint = "vips_thread_shutdown")]
    public static partial void ThreadShutdown();

    /// <summary>Computes all pixels into an image of its own; null on failure.</summary>
    [LibraryImport(Library, EntryPoint = "vips_image_copy_memory")]
    public static partial nint CopyMemory(nint image);

    /// <summary>An image whose pixels the caller keeps; null on failure.</summary>
    [LibraryImport(Library, EntryPoint = "vips_image_new_from_memory")]
    public static unsafe partial nint ImageNewFromMemory(byte* pixels, nuint length, int width, int height, int bands, int format);

    /// <summary>An image whose pixels are given by <see cref="Generate"/>.</summary>
    [LibraryImport(Library, EntryPoint = "vips_image_new")]
    public static partial nint ImageNew();

    /// <summary>Gives an image the size and kind of the first of those that it is made from.</summary>
    /// <param name="image">The image.</param>
    /// <param name="demandStyle">In which pieces its pixels are best asked for.</param>
    /// <param name="inputs">What it is made from, up to a null.</param>
    [LibraryImport(Library, EntryPoint = "vips_image_pipeline_array")]
    public static unsafe partial int PipelineArray(nint image, int demandStyle, nint* inputs);

    /// <summary>Names the functions that compute an image's pixels: to begin on a thread, for a piece, and to end on the thread.</summary>
    [LibraryImport(Library, EntryPoint = "vips_image_generate")]
    public static unsafe partial int Generate(
        nint image,
        delegate* unmanaged[Cdecl]<nint, nint, nint, nint> start,
        delegate* unmanaged[Cdecl]<Region*, Region*, nint, nint, int*, int> generate,
        delegate* unmanaged[Cdecl]<nint, nint, nint, int> stop,
        nint first,
        nint second);

    /// <summary>Computes the pixels of a rectangle, which lie in the region then.</summary>
    [LibraryImport(Library, EntryPoint = "vips_region_prepare")]
    public static unsafe partial int RegionPrepare(Region* region, Rectangle* rectangle);

    [LibraryImport(Library, EntryPoint = "vips_image_get_type")]
    public static partial nuint ImageType();

    [LibraryImport(Library, EntryPoint = "vips_blob_get_type")]
    public static partial nuint BlobType();

    /// <summary>Wraps memory that the caller keeps.</summary>
    [LibraryImport(Library, EntryPoint = "vips_blob_new")]
    public static partial nint BlobNew(nint free, nint data, nuint length);

    /// <summary>The memory that a blob wraps.</summary>
    [LibraryImport(Library, EntryPoint = "vips_blob_get")]
    public static partial nint BlobGet(nint blob, out nuint length);

    [LibraryImport(Library, EntryPoint = "vips_area_unref")]
    public static partial void AreaUnref(nint area);

    [LibraryImport(Library, EntryPoint = "g_value_init")]
    public static partial nint ValueInit(ref GValue value, nuint type);

    [LibraryImport(Library, EntryPoint = "g_value_unset")]
    public static partial void ValueUnset(ref GValue value);

    [LibraryImport(Library, EntryPoint = "g_value_set_object")]
    public static partial void ValueSetObject(ref GValue value, nint instance);

    [LibraryImport(Library, EntryPoint = "g_value_set_boxed")]
    public static partial void ValueSetBoxed(ref GValue value, nint boxed);

    /// <summary>What is boxed in the value, which keeps it.</summary>
    [LibraryImport(Library, EntryPoint = "g_value_get_boxed")]
    public static partial nint ValueGetBoxed(ref GValue value);

    /// <summary>The object in the value, with a reference of the caller's own.</summary>
    [LibraryImport(Library, EntryPoint = "g_value_dup_object")]
    public static partial nint ValueDupObject(ref GValue value);

    [LibraryImport(Library, EntryPoint = "g_object_set_property", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void ObjectSetProperty(nint instance, string name, ref GValue value);

    [LibraryImport(Library, EntryPoint = "g_object_get_property", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void ObjectGetProperty(nint instance, string name, ref GValue value);

    [LibraryImport(Library, EntryPoint = "g_object_unref")]
    public static partial void ObjectUnref(nint instance);

    [LibraryImport(Library, EntryPoint = "g_free")]
    public static partial void Free(nint memory);

    /// <summary>
    /// Takes what libvips has to say about a failure. libvips keeps one text for the whole process, so under parallel failures a line can
    /// be another image's; such lines name faults, never content.
    /// </summary>
    public static string TakeError()
    {
        var text = ErrorBufferCopy();
        try
        {
            return Marshal.PtrToStringUTF8(text) ?? string.Empty;
        }
        finally
        {
            Free(text);
        }
    }

    [LibraryImport(Library, EntryPoint = "vips_error_buffer_copy")]
    private static partial nint ErrorBufferCopy();

    [LibraryImport(Library, EntryPoint = "vips_init", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Init(string programName);

    [LibraryImport(Library, EntryPoint = "vips_block_untrusted_set")]
    private static partial void BlockUntrusted(int state);

    [LibraryImport(Library, EntryPoint = "vips_cache_set_max")]
    private static partial void CacheSetMax(int max);

    [LibraryImport(Library, EntryPoint = "g_log_set_default_handler")]
    private static unsafe partial nint LogSetDefaultHandler(delegate* unmanaged[Cdecl]<nint, int, nint, nint, void> handler, nint userData);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Discard(nint domain, int level, nint message, nint userData)
    {
    }

    /// <summary>VipsRect.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Rectangle
    {
        public int Left;
        public int Top;
        public int Width;
        public int Height;
    }

    /// <summary>
    /// The beginning of VipsRegion, which is part of libvips' interface (region.h), where pointers have 64 bits: a VipsObject, and what follows.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct Region
    {
        private const int ObjectBytes = 80;

        private fixed byte parent[ObjectBytes];

        /// <summary>What it is a view of.</summary>
        public nint Image;

        /// <summary>Where its pixels lie in the image.</summary>
        public Rectangle Valid;

        private readonly int type;

        /// <summary>Its pixels.</summary>
        public byte* Data;

        /// <summary>From one row of them to the next, in bytes.</summary>
        public int RowBytes;

        /// <summary>Where a pixel of the image lies.</summary>
        /// <param name="x">Its column.</param>
        /// <param name="y">Its row.</param>
        /// <param name="bytesPerPixel">How long a pixel is.</param>
        public readonly byte* Address(int x, int y, int bytesPerPixel) =>
            Data + ((nint)(y - Valid.Top) * RowBytes) + ((nint)(x - Valid.Left) * bytesPerPixel);
    }

    /// <summary>GObject's value of any type: a type and two words.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct GValue
    {
        private nuint type;
        private long first;
        private long second;
    }
}
