namespace FcnService.Export.BatchSegmentation;

/// <summary>The folder that a batch writes to. A file that is there is finished: files appear in it complete or not at all.</summary>
internal sealed class OutputFolder
{
    // Folders that cannot be listed, such as a volume's lost+found, hold nothing of this command's.
    private static readonly EnumerationOptions AllFolders = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };

    private readonly string root;

    private OutputFolder(string root) => this.root = root;

    /// <summary>Opens a folder, which is made if there is none.</summary>
    /// <param name="root">The folder.</param>
    /// <exception cref="ExportException">It cannot be made.</exception>
    public static OutputFolder Open(string root)
    {
        Create(root);
        return new OutputFolder(root);
    }

    /// <summary>Whether a file is finished.</summary>
    /// <param name="path">Its path in the folder.</param>
    public bool Has(string path) => File.Exists(FullPath(path));

    /// <summary>Writes a file, and the folders that it is in.</summary>
    /// <param name="path">Its path in the folder.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="ExportException">It cannot be written; there is nothing of it then.</exception>
    public void Write(string path, Action<Stream> write)
    {
        var file = FullPath(path);
        Create(Path.GetDirectoryName(file)!);
        AtomicFile.Write(file, write);
    }

    /// <summary>Deletes what a run that was killed had begun to write.</summary>
    /// <param name="paths">The paths in the folder of the files that are this run's to write: another run may be at work on others.</param>
    /// <exception cref="ExportException">The folder cannot be read, or something cannot be deleted.</exception>
    public void DeleteLeftovers(IEnumerable<string> paths)
    {
        var own = paths.Select(FullPath).ToHashSet(StringComparer.Ordinal);
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

    private string FullPath(string path) => Path.Combine(root, path.Replace('/', Path.DirectorySeparatorChar));

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
