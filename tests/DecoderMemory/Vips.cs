using System.Runtime.InteropServices;

namespace FcnService.DecoderMemory;

/// <summary>What drawing and measuring need of libvips beyond what the service calls. Images are not freed: the programs soon end.</summary>
internal static partial class Vips
{
    private const string Library = "vips";

    /// <summary>The most bytes that libvips had allocated for pixels at one time; decoders' own memory is not in it.</summary>
    [LibraryImport(Library, EntryPoint = "vips_tracked_get_mem_highwater")]
    public static partial nuint HighWater();

    /// <summary>The bytes that libvips has allocated for pixels now.</summary>
    [LibraryImport(Library, EntryPoint = "vips_tracked_get_mem")]
    public static partial nuint Allocated();

    /// <summary>Makes libvips ready; to be called before anything else, any number of times.</summary>
    public static void Start()
    {
        if (Initialize("FcnService") != 0)
        {
            throw new InvalidOperationException($"libvips does not start: {Error()}");
        }
    }

    /// <summary>An image over a copy of 8-bit RGB pixels, three bytes each.</summary>
    public static nint FromRgb(ReadOnlySpan<byte> pixels, int width, int height)
    {
        const int unsignedChar = 0;
        var image = ImageNewFromMemoryCopy(pixels, (nuint)pixels.Length, width, height, bands: 3, unsignedChar);
        return image != 0 ? Run("copy", image, ("interpretation", "srgb")) : throw new InvalidOperationException($"No image: {Error()}");
    }

    /// <summary>Runs an operation that makes an image, or saves one.</summary>
    /// <param name="name">The operation's.</param>
    /// <param name="input">The image that it reads, or 0.</param>
    /// <param name="arguments">Its other arguments.</param>
    /// <returns>The image made, or 0.</returns>
    public static nint Run(string name, nint input, params ReadOnlySpan<(string Name, string Value)> arguments)
    {
        var operation = OperationNew(name);
        if (operation == 0)
        {
            throw new InvalidOperationException($"libvips has no {name}: {Error()}");
        }

        if (input != 0)
        {
            var value = default(Value);
            ValueInit(ref value, ImageType());
            ValueSetObject(ref value, input);
            ObjectSetProperty(operation, "in", ref value);
        }

        foreach (var (argument, text) in arguments)
        {
            if (SetArgument(operation, argument, text) != 0)
            {
                throw new InvalidOperationException($"libvips takes no {argument}={text} for {name}: {Error()}");
            }
        }

        if (OperationBuild(operation) == 0)
        {
            throw new InvalidOperationException($"{name} fails: {Error()}");
        }

        if (name.EndsWith("save", StringComparison.Ordinal))
        {
            return 0;
        }

        var output = default(Value);
        ValueInit(ref output, ImageType());
        ObjectGetProperty(operation, "out", ref output);
        return ValueDupObject(ref output);
    }

    [LibraryImport(Library, EntryPoint = "vips_image_set_int", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetInt(nint image, string field, int value);

    private static string Error() => Marshal.PtrToStringUTF8(ErrorBuffer()) ?? string.Empty;

    [LibraryImport(Library, EntryPoint = "vips_init", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Initialize(string programName);

    [LibraryImport(Library, EntryPoint = "vips_error_buffer")]
    private static partial nint ErrorBuffer();

    [LibraryImport(Library, EntryPoint = "vips_image_new_from_memory_copy")]
    private static partial nint ImageNewFromMemoryCopy(ReadOnlySpan<byte> data, nuint size, int width, int height, int bands, int format);

    [LibraryImport(Library, EntryPoint = "vips_operation_new", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OperationNew(string name);

    [LibraryImport(Library, EntryPoint = "vips_cache_operation_build")]
    private static partial nint OperationBuild(nint operation);

    [LibraryImport(Library, EntryPoint = "vips_object_set_argument_from_string", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetArgument(nint operation, string name, string value);

    [LibraryImport(Library, EntryPoint = "vips_image_get_type")]
    private static partial nuint ImageType();

    [LibraryImport(Library, EntryPoint = "g_value_init")]
    private static partial nint ValueInit(ref Value value, nuint type);

    [LibraryImport(Library, EntryPoint = "g_value_set_object")]
    private static partial void ValueSetObject(ref Value value, nint instance);

    [LibraryImport(Library, EntryPoint = "g_value_dup_object")]
    private static partial nint ValueDupObject(ref Value value);

    [LibraryImport(Library, EntryPoint = "g_object_set_property", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void ObjectSetProperty(nint instance, string name, ref Value value);

    [LibraryImport(Library, EntryPoint = "g_object_get_property", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void ObjectGetProperty(nint instance, string name, ref Value value);

    [StructLayout(LayoutKind.Sequential)]
    private struct Value
    {
        private nuint type;
        private long first;
        private long second;
    }
}
