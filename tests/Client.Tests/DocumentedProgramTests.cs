using System.Text.Json;
using FcnService.Api.Tests;
using FcnService.Api.Tests.Access;

namespace FcnService.Client.Tests;

/// <summary>
/// The C# of the client's page, block after block, is a program that does what the page says: compiled as its readers would, in a project that
/// has nothing but the package, and run beside a service.
/// </summary>
[Collection<ClientPackage.Tests>]
public sealed class DocumentedProgramTests(ClientPackage client, Service service) : IClassFixture<Service>, IDisposable
{
    private static readonly DocumentationPage Page = DocumentationPage.Open("docs/client.md");

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static IEnumerable<string> Blocks => Page.Blocks.Where(block => block.Language == "csharp").Select(block => block.Text);

    [Fact]
    public async Task Blocks_OneAfterAnother_GiveWhatPlainHttpGives()
    {
        var (street, drawn) = (await WriteStreetAsync("street.jpg"), Service.Draw(200, 140));
        Directory.CreateDirectory(folder["photos"]);
        await WriteStreetAsync("photos/street.jpg");
        await File.WriteAllBytesAsync(folder["photos/drawn.png"], drawn, Cancellation);
        folder.Write("photos/broken.jpg", "no photo");
        folder.Write("letter.txt", "no photo");

        var output = await RunAsync(string.Join('\n', Blocks), service);

        using var report = JsonDocument.Parse(await AskAsync(street, "?output=json&regions=polygons&classes=car,pedestrian"));
        var found = report.RootElement.GetProperty("classes").EnumerateArray().Select(Sentence).ToList();
        Assert.NotEmpty(found);
        using var refusal = JsonDocument.Parse(await AskAsync("no photo"u8.ToArray()));
        string Told(string member) => refusal.RootElement.GetProperty(member).ToString();
        Assert.Matches(@"^fcn8s-camvid: \d+([.,]\d+)? ms$", output[0]);
        Assert.Equal(
            [
                .. found,
                bool.TrueString,
                "1 models, by default fcn8s-camvid",
                $"broken.jpg: {Told("title")} {Told("detail")}",
                $"{Told("status")} {Told("type")}: {Told("detail")}",
            ],
            output[1..]);
        Assert.Equal(await AskAsync(street), await File.ReadAllBytesAsync(folder["mask.png"], Cancellation));
        Assert.Equal(await AskAsync(street), await File.ReadAllBytesAsync(folder["street.jpg.mask.png"], Cancellation));
        Assert.Equal(await AskAsync(drawn), await File.ReadAllBytesAsync(folder["drawn.png.mask.png"], Cancellation));
        Assert.Equal(3, folder.Files.Count(file => file.EndsWith(".png", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task FirstBlock_WithAKey_OpensTheService()
    {
        var street = await WriteStreetAsync("street.jpg");
        var withKey = Assert.Single(Page.InlineCode, code => code.StartsWith("new SegmentationClient(", StringComparison.Ordinal));
        var program = Blocks.First().Replace("new SegmentationClient(http)", withKey, StringComparison.Ordinal);
        await using var keyed = new KeyedService();
        await keyed.InitializeAsync();

        await RunAsync($"{program}\npartial class Program {{ const string key = \"{KeyedService.NewKey}\"; }}", keyed);

        Assert.Equal(await AskAsync(street), await File.ReadAllBytesAsync(folder["mask.png"], Cancellation));
    }

    public void Dispose() => folder.Dispose();

    private static string Sentence(JsonElement found)
    {
        var box = found.GetProperty("bbox");
        return $"{found.GetProperty("name")}: {found.GetProperty("share").GetDouble():P1} of the image, in "
            + new BoundingBox(box[0].GetInt32(), box[1].GetInt32(), box[2].GetInt32(), box[3].GetInt32());
    }

    private async Task<byte[]> WriteStreetAsync(string name)
    {
        folder.Copy(Path.Combine(SharedData.Repository, "src", "Api", "Page", "Files", "street.jpg"), name);
        return await File.ReadAllBytesAsync(folder[name], Cancellation);
    }

    private async Task<byte[]> AskAsync(byte[] photo, string query = "")
    {
        using var answer = await service.PostBodyAsync(photo, "image/jpeg", query);
        return await answer.Content.ReadAsByteArrayAsync(Cancellation);
    }

    // The lines of the program's output, then those of its errors.
    private async Task<string[]> RunAsync(string program, Service asked)
    {
        await Shell.RequireAsync("dotnet --version", "dotnet");
        folder.Write("Program.cs", program.Replace("http://localhost:8080", asked.Client.BaseAddress!.ToString(), StringComparison.Ordinal));
        folder.Write("program.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <RestoreSources>{client.Folder}</RestoreSources>
                <RestorePackagesPath>packages</RestorePackagesPath>
                <!-- It would go on after the test, in a folder that is no more. -->
                <UseSharedCompilation>false</UseSharedCompilation>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="FcnService.Client" Version="*" />
              </ItemGroup>
            </Project>
            """);
        var (exitCode, output) = await Shell.RunAsync("TMPDIR=$PWD MSBUILDDISABLENODEREUSE=1 dotnet run", folder.Path);
        Assert.True(exitCode == 0, output);
        return output.TrimEnd().Split('\n');
    }
}
