using System.Diagnostics;

namespace FcnService.Client.Tests;

/// <summary>The client's package, made of what the tests run against.</summary>
public sealed class ClientPackage : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    /// <summary>A folder with the package and nothing else.</summary>
    public string Folder => folder["package"];

    public async ValueTask InitializeAsync()
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        using var pack = Process.Start(new ProcessStartInfo(
            "dotnet", ["pack", Path.Combine("src", "Client"), "--no-build", "-c", configuration, "-o", Folder])
        {
            WorkingDirectory = SharedData.Repository,
            RedirectStandardOutput = true,
            // Where dotnet leaves empty folders.
            Environment = { ["TMPDIR"] = folder.Path },
        })!;
        var output = await pack.StandardOutput.ReadToEndAsync();
        await pack.WaitForExitAsync();
        Assert.True(pack.ExitCode == 0, output);
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Those of its tests, which run one after another.</summary>
    [CollectionDefinition]
    public sealed class Tests : ICollectionFixture<ClientPackage>;
}
