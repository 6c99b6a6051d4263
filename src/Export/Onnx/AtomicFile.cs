namespace FcnService.Export.Onnx;

/// <summary>Files that are there completely or not at all.</summary>
internal static class AtomicFile
{
    /// <summary>Writes a file beside its place and moves it there when it is complete; on a failure nothing new stays behind.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="ExportException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        RefuseImpossible(path);

        // In the same folder, for only within one file system is moving a file atomic.
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ExportException($"{path} cannot be written: {error.Message}", error);
        }
        finally
        {
            DeleteIfThere(temporary);
        }
    }

    private static void RefuseImpossible(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (!Directory.Exists(folder))
        {
            throw new ExportException($"{path} cannot be written: there is no folder {folder}; expected one that exists.");
        }

        if (Directory.Exists(path))
        {
            throw new ExportException($"{path} cannot be written: it is a folder; expected a file.");
        }
    }

    private static void DeleteIfThere(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What made the writing fail is the better message.
        }
    }
}
