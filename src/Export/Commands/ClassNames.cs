using FcnService.Inference.Models;

namespace FcnService.Export.Commands;

/// <summary>Reads the class names of a command line.</summary>
internal static class ClassNames
{
    /// <summary>Takes the name of one of the <see cref="ClassSets"/> or a comma-separated list of at least two names.</summary>
    /// <exception cref="ExportException">It is neither, or a name of the list is empty or there twice.</exception>
    public static IReadOnlyList<string> Parse(string text)
    {
        if (ClassSets.TryGet(text, out var known))
        {
            return known;
        }

        var names = text.Split(',', StringSplitOptions.TrimEntries);
        if (names.Length < 2)
        {
            throw new ExportException(
                $"--classes is \"{text}\"; expected at least two names, separated by commas, or one of: {string.Join(", ", ClassSets.Names)}.");
        }

        if (names.Contains(string.Empty))
        {
            var position = Array.IndexOf(names, string.Empty) + 1;
            throw new ExportException($"--classes is \"{text}\", where name {position} is empty; expected a name.");
        }

        if (names.CountBy(name => name).FirstOrDefault(name => name.Value > 1).Key is { } repeated)
        {
            throw new ExportException($"--classes names \"{repeated}\" more than once; expected every name once.");
        }

        return names;
    }
}
