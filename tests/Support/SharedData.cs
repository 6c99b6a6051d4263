namespace FcnService.Tests.Support;

/// <summary>
/// Photographs, weights and other people's models that tests measure against. They are not part of the repository: they lie in
/// <c>shared/data</c> beside it, or where FCN_SHARED_DATA says. A test that needs them is skipped where there are none; where there are,
/// a missing file is a failure.
/// </summary>
internal static class SharedData
{
    /// <summary>The repository's folder: the one above the tests with FcnService.sln.</summary>
    public static string Repository { get; } = FindRepository();

    private static string Root { get; } =
        Environment.GetEnvironmentVariable("FCN_SHARED_DATA") ?? Path.GetFullPath(Path.Combine(Repository, "..", "shared", "data"));

    /// <summary>The path of a shared file or folder; skips the test where there are no shared data.</summary>
    public static string Require(params string[] parts)
    {
        Assert.SkipUnless(Directory.Exists(Root), "There are no shared data: neither ../shared/data nor FCN_SHARED_DATA.");
        var path = Path.Combine([Root, .. parts]);
        Assert.True(Path.Exists(path), $"The shared data lack {path}.");
        return path;
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FcnService.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds FcnService.sln.");
    }
}
