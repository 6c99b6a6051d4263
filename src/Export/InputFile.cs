namespace FcnService.Export;

/// <summary>Files that a user names: what cannot be read is a fault in words.</summary>
internal static class InputFile
{
    /// <summary>Reads a whole file.</summary>
    /// <exception cref="ExportException">It cannot be read.</exception>
    public static byte[] ReadAllBytes(string path) => Read(path, File.ReadAllBytes);

    /// <summary>Reads a whole file, if it is not too long.</summary>
    /// <exception cref="ExportException">It cannot be read, or is longer.</exception>
    public static byte[] ReadAllBytes(string path, int maxBytes) => Read(path, file =>
    {
        using var stream = File.OpenRead(file);
        if (stream.Length > maxBytes)
        {
            throw new ExportException($"{path} has {stream.Length} bytes; at most {maxBytes} are allowed.");
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    });

    /// <summary>Reads a text file's lines.</summary>
    /// <exception cref="ExportException">It cannot be read.</exception>
    public static string[] ReadAllLines(string path) => Read(path, File.ReadAllLines);

    private static T Read<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ExportException($"{path} cannot be read: {error.Message}", error);
        }
    }
}
