using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;

namespace FcnService.Client.Tests;

public sealed class PackageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pack_Client_HoldsWhatAPackageNeedsAndDependsOnNothing()
    {
        using var folder = new TemporaryFolder();
        // What the tests run against, packed as it is.
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        using var pack = Process.Start(new ProcessStartInfo(
            "dotnet", ["pack", Path.Combine("src", "Client"), "--no-build", "-c", configuration, "-o", folder.Path])
        {
            WorkingDirectory = SharedData.Repository,
            RedirectStandardOutput = true,
        })!;
        var output = await pack.StandardOutput.ReadToEndAsync(Cancellation);
        await pack.WaitForExitAsync(Cancellation);
        Assert.True(pack.ExitCode == 0, output);

        using var package = ZipFile.OpenRead(folder[Assert.Single(folder.Files)]);
        var files = package.Entries.Select(entry => entry.FullName).ToList();
        Assert.Contains("README.md", files);
        Assert.Contains("lib/net10.0/FcnService.Client.dll", files);
        Assert.Contains("lib/net10.0/FcnService.Client.xml", files);
        var description = XDocument.Load(package.GetEntry("FcnService.Client.nuspec")!.Open()).Descendants().ToList();
        Assert.Equal("MIT", description.Single(element => element.Name.LocalName == "license").Value);
        Assert.DoesNotContain(description, element => element.Name.LocalName == "dependency");
    }
}
