namespace FcnService.Export.Weights.PyTorch;

/// <summary>Names within an archive.</summary>
internal static class ArchivePath
{
    /// <summary>
    /// Refuses a name that would lie outside of the archive's own folder. Nothing is ever written there, but whoever made it meant harm.
    /// </summary>
    /// <param name="name">The entry's name.</param>
    /// <exception cref="InvalidDataException">It leaves the archive.</exception>
    public static void RefuseOutside(string name)
    {
        if (name.StartsWith('/') || name.Contains('\\') || name.Contains(':') || name.Split('/').Contains(".."))
        {
            throw new InvalidDataException($"its entry {name.Quoted()} lies outside of the archive; expected a path within it");
        }
    }
}
