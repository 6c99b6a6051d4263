using System.Runtime.InteropServices;

namespace FcnService.DecoderMemory;

/// <summary>What drawing and measuring need of libvips beyond what the service calls.</summary>
internal static partial class Vips
{
    private const string Library = "vips";

    /// <summary>The most bytes that libvips had allocated for pixels at one time; decoders' own memory is not in it.</summary>
    [LibraryImport(Library, EntryPoint = "vips_tracked_get_mem_highwater")]
    public static partial nuint HighWater();

    /// <summary>The bytes that libvips has allocated for pixels now.</summary>
    [LibraryImport(Library, EntryPoint = "vips_tracked_get_mem")]
    public static partial nuint Allocated();

    /// <summary>Draws a coloured picture with detail and saves it.</summary>
    public static void Draw(string path, Case drawn)
    {
        Initialize("DecoderMemory");
        var isDeep = drawn.Bands.EndsWith("16", StringComparison.Ordinal);
        var hasAlpha = drawn.Bands.StartsWith("rgba", StringComparison.Ordinal);
        // Rings that become finer outwards: neither plain nor noise.
        var image = Run("zone", 0, ("width", $"{drawn.Width}"), ("height", $"{drawn.Height}"), ("uchar", "true"));
        image = Run("linear", image, ("a", (isDeep ? "200 150 90" : "1 0.7 0.4") + (hasAlpha ? " 1" : string.Empty)), ("b", "0"));
        image = Run("cast", image, ("format", isDeep ? "ushort" : "uchar"));
        image = Run("copy", image, ("interpretation", isDeep ? "rgb16" : "srgb"));
        SetInt(image, "orientation", drawn.Orientation);
        Run(drawn.Saver, image, [("filename", path), .. drawn.Options]);
    }

    private static nint Run(string name, nint input, params ReadOnlySpan<(string Name, string Value)> arguments)
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
    private static partial void SetInt(nint image, string field, int value);

    private static string Error() => Marshal.PtrToStringUTF8(ErrorBuffer()) ?? string.Empty;

    [LibraryImport(Library, EntryPoint = "vips_init", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Initialize(string programName);

    [LibraryImport(Library, EntryPoint = "vips_error_buffer")]
    private static partial nint ErrorBuffer();

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
