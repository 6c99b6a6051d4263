namespace FcnService.Export.BatchSegmentation;

/// <summary>
/// The folder that a batch writes to, a file for each photo. A file that is there is finished: files appear in it complete or not at all.
/// </summary>
internal sealed class OutputFolder
{
    // Folders that cannot be listed, such as a volume's lost+found, hold nothing of this command's.
    private static readonly EnumerationOptions AllFolders = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };

    private readonly string root;
    private readonly string extension;

    private OutputFolder(string root, string extension) => (this.root, this.extension) = (root, extension);

    /// <summary>Opens a folder, which is made if there is none.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="extension">
    /// What is appended to the photos' names, with the dot: the whole name stays, so that a.jpg and a.png become different files.
    /// </param>
    /// <exception cref="ExportException">It cannot be made.</exception>
    public static OutputFolder Open(string root, string extension)
    {
        Create(root);
        return new OutputFolder(root, extension);
    }

    /// <summary>Whether a photo's file is finished.</summary>
    /// <param name="photo">The photo's path in its folder, with slashes.</param>
    public bool Has(string photo) => File.Exists(FileOf(photo));

    /// <summary>Writes a photo's file, and the folders that it is in.</summary>
    /// <param name="photo">The photo's path in its folder, with slashes.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="ExportException">It cannot be written; there is nothing of it then.</exception>
    public Task WriteAsync(string photo, Func<Stream, Task> write)
    {
        var file = FileOf(photo);
        Create(Path.GetDirectoryName(file)!);
        return AtomicFile.WriteAsync(file, write);
    }

    /// <summary>Deletes what a run that was killed had begun to write.</summary>
    /// <param name="photos">The photos that are this run's: another run may be at work on others.</param>
    /// <exception cref="ExportException">The folder cannot be read, or something cannot be deleted.</exception>
    public void DeleteLeftovers(IEnumerable<string> photos)
    {
        var own = photos.Select(FileOf).ToHashSet(StringComparer.Ordinal);
        try
        {
            foreach (var file in Directory.EnumerateFiles(root, AtomicFile.TemporaryFiles, AllFolders))
            {
                if (AtomicFile.PlaceOf(file) is { } place && own.Contains(place))
                {
                    File.Delete(file);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ExportException($"{root} cannot be cleared of what a killed run left: {error.Message}", error);
        }
    }

    private string FileOf(string photo) => Path.Combine(root, photo.Replace('/', Path.DirectorySeparatorChar) + extension);

    private static void Create(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ExportException($"{folder} cannot be made a folder: {error.Message}", error);
        }
    }
}
