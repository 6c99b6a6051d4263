using System.IO.Enumeration;

namespace FcnService.Export.BatchSegmentation;

/// <summary>
/// The photos in a folder and the folders below it, told by their names, so that a folder of millions need not be read to be listed. Hidden
/// files and folders are passed over; links to folders are not followed, for they may lead in circles.
/// </summary>
internal sealed class PhotoFolder
{
    /// <summary>The names of photos end so, in either case.</summary>
    public static readonly IReadOnlyList<string> Extensions = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".avif"];

    // At the root of many volumes, for the file system's own use; only the superuser may list it.
    private const string LostAndFound = "lost+found";

    // Hidden ones are those whose name begins with a dot, or that Windows marks as such.
    private static readonly EnumerationOptions Visible = new() { IgnoreInaccessible = false };

    private readonly List<string> photos = [];
    private readonly List<PhotoFailure> failures = [];
    private readonly SortedDictionary<string, int> others = new(StringComparer.OrdinalIgnoreCase);

    private PhotoFolder(string root) => Root = root;

    /// <summary>The folder.</summary>
    public string Root { get; }

    /// <summary>The photos' paths in the folder, with slashes, in order.</summary>
    public IReadOnlyList<string> Photos => photos;

    /// <summary>Folders that cannot be listed.</summary>
    public IReadOnlyList<PhotoFailure> Failures => failures;

    /// <summary>How many files are not named as photos, by extension.</summary>
    public IReadOnlyDictionary<string, int> Others => others;

    /// <summary>How many links to folders were not followed.</summary>
    public int LinkedFolders { get; private set; }

    /// <summary>Lists a folder.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="except">A folder in it that is not looked into: where the outputs go.</param>
    /// <exception cref="ExportException">There is no such folder, or no photo in it.</exception>
    public static PhotoFolder List(string root, string except)
    {
        if (!Directory.Exists(root))
        {
            throw new ExportException($"There is no folder {root}; expected one with photos.");
        }

        var folder = new PhotoFolder(root);
        folder.Visit(string.Empty, Path.TrimEndingDirectorySeparator(Path.GetFullPath(except)));
        folder.photos.Sort(StringComparer.Ordinal);
        return folder.photos.Count > 0 || folder.failures.Count > 0
            ? folder
            : throw new ExportException($"No file in {root} is named as a photo; expected at least one ({string.Join(", ", Extensions)}).");
    }

    /// <summary>Where a photo is.</summary>
    /// <param name="photo">One of <see cref="Photos"/>.</param>
    public string FullPath(string photo) => Path.Combine(Root, photo);

    private void Visit(string path, string except)
    {
        try
        {
            foreach (var (name, kind) in Entries(path))
            {
                var entry = path.Length == 0 ? name : $"{path}/{name}";
                Count(entry, kind, except);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            failures.Add(new PhotoFailure(path.Length == 0 ? "." : path, $"The folder cannot be listed: {error.Message}"));
        }
    }

    private void Count(string entry, EntryKind kind, string except)
    {
        switch (kind)
        {
            case EntryKind.Folder when entry == LostAndFound || Path.GetFullPath(FullPath(entry)) == except:
                break;
            case EntryKind.Folder:
                Visit(entry, except);
                break;
            case EntryKind.LinkedFolder:
                LinkedFolders++;
                break;
            case EntryKind.File when Extensions.Contains(Path.GetExtension(entry), StringComparer.OrdinalIgnoreCase):
                photos.Add(entry);
                break;
            default:
                var extension = Path.GetExtension(entry);
                others[extension] = others.GetValueOrDefault(extension) + 1;
                break;
        }
    }

    private FileSystemEnumerable<(string Name, EntryKind Kind)> Entries(string path) =>
        new(FullPath(path), static (ref entry) => (entry.FileName.ToString(), KindOf(ref entry)), Visible);

    private static EntryKind KindOf(ref FileSystemEntry entry) => (entry.IsDirectory, IsLink(ref entry)) switch
    {
        (false, _) => EntryKind.File,
        (true, false) => EntryKind.Folder,
        (true, true) => EntryKind.LinkedFolder,
    };

    // Of folders only: attributes of files would cost a look at each.
    private static bool IsLink(ref FileSystemEntry entry) => entry.IsDirectory && entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    private enum EntryKind
    {
        File,
        Folder,
        LinkedFolder,
    }
}
