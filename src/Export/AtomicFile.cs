namespace FcnService.Export;

/// <summary>Files that are there completely or not at all.</summary>
internal static class AtomicFile
{
    /// <summary>The names of files that are being written, or that a killed process was writing, as a search pattern.</summary>
    public const string TemporaryFiles = $"*{TemporaryExtension}";

    private const string TemporaryExtension = ".tmp";

    /// <summary>Writes a file beside its place and moves it there when it is complete; on a failure nothing new stays behind.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="ExportException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write) => WriteTogether((path, write));

    /// <inheritdoc cref="Write"/>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        RefuseImpossible(path);
        var temporary = TemporaryFor(path);
        try
        {
            await WriteToDiskAsync(path, temporary, write);
            MoveIntoPlace([temporary], [path]);
        }
        finally
        {
            DeleteIfThere(temporary);
        }
    }

    /// <summary>
    /// Writes files that belong together, all of them beside their places first. The last is the one that refers to the others: it is
    /// never there with others than its own.
    /// </summary>
    /// <param name="files">The files and what writes their contents, in the order in which they are written.</param>
    /// <exception cref="ExportException">A file cannot be written.</exception>
    public static void WriteTogether(params IReadOnlyList<(string Path, Action<Stream> Write)> files)
    {
        foreach (var (path, _) in files)
        {
            RefuseImpossible(path);
        }

        // In the same folder, for only within one file system is moving a file atomic.
        var temporaries = files.Select(file => TemporaryFor(file.Path)).ToList();
        try
        {
            for (var i = 0; i < files.Count; i++)
            {
                WriteToDisk(files[i].Path, temporaries[i], files[i].Write);
            }

            MoveIntoPlace(temporaries, [.. files.Select(file => file.Path)]);
        }
        finally
        {
            temporaries.ForEach(DeleteIfThere);
        }
    }

    /// <summary>The place of a file that is being written, or that a killed process was writing.</summary>
    /// <param name="temporary">The file.</param>
    /// <returns>The path that it was to have, or null if it is none of this class's.</returns>
    public static string? PlaceOf(string temporary)
    {
        if (!temporary.EndsWith(TemporaryExtension, StringComparison.Ordinal))
        {
            return null;
        }

        var path = temporary[..^TemporaryExtension.Length];
        return Guid.TryParseExact(Path.GetExtension(path).TrimStart('.'), "N", out _) ? Path.ChangeExtension(path, null) : null;
    }

    private static string TemporaryFor(string path) => $"{path}.{Guid.NewGuid():N}{TemporaryExtension}";

    private static void WriteToDisk(string path, string temporary, Action<Stream> write)
    {
        try
        {
            using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            write(stream);
            stream.Flush(flushToDisk: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotBeWritten(path, error);
        }
    }

    private static async Task WriteToDiskAsync(string path, string temporary, Func<Stream, Task> write)
    {
        try
        {
            await using var stream = new FileStream(
                temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 12, useAsync: true);
            await write(stream);
            stream.Flush(flushToDisk: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotBeWritten(path, error);
        }
    }

    private static void MoveIntoPlace(List<string> temporaries, List<string> paths)
    {
        var referring = paths[^1];
        var aside = TemporaryFor(referring);
        var (current, moved) = (referring, 0);
        try
        {
            if (paths.Count > 1 && File.Exists(referring))
            {
                // Between the moves there is none that refers to the others, rather than an old one that refers to new ones.
                File.Move(referring, aside);
            }

            for (; moved < paths.Count; moved++)
            {
                current = paths[moved];
                File.Move(temporaries[moved], current, overwrite: true);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            paths[..moved].ForEach(DeleteIfThere);
            if (moved == 0 && File.Exists(aside))
            {
                // All that it refers to is as it was.
                File.Move(aside, referring);
            }

            throw CannotBeWritten(current, error);
        }
        finally
        {
            DeleteIfThere(aside);
        }
    }

    private static ExportException CannotBeWritten(string path, Exception error) => new($"{path} cannot be written: {error.Message}", error);

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
