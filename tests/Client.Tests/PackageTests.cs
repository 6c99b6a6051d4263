using System.IO.Compression;
using System.Xml.Linq;

namespace FcnService.Client.Tests;

[Collection<ClientPackage.Tests>]
public sealed class PackageTests(ClientPackage client)
{
    [Fact]
    public void Pack_Client_HoldsWhatAPackageNeedsAndDependsOnNothing()
    {
        using var package = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(client.Folder)));
        var files = package.Entries.Select(entry => entry.FullName).ToList();
        Assert.Contains("README.md", files);
        Assert.Contains("lib/net10.0/FcnService.Client.dll", files);
        Assert.Contains("lib/net10.0/FcnService.Client.xml", files);
        var description = XDocument.Load(package.GetEntry("FcnService.Client.nuspec")!.Open()).Descendants().ToList();
        Assert.Equal("MIT", description.Single(element => element.Name.LocalName == "license").Value);
        Assert.DoesNotContain(description, element => element.Name.LocalName == "dependency");
    }
}
