using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace FcnService.Api.Tests.Documentation;

/// <summary>
/// What stands in fences of the documentation and is no command is what the service, nginx or the reader finds; those of a page are read by the
/// test that the list names.
/// </summary>
public sealed partial class DocumentedBlocksTests(Service service) : IClassFixture<Service>
{
    private static readonly (string Page, string Language, string Test)[] Readers =
    [
        ("CONTRIBUTING.md", "text", "Api.Tests/Documentation/DocumentedBlocksTests"),
        ("deploy/README.md", "yaml", "Api.Tests/Documentation/DocumentedBlocksTests"),
        ("docs/access.md", "json", "Api.Tests/Documentation/DocumentedCommandsTests"),
        ("docs/client.md", "csharp", "Client.Tests/DocumentedProgramTests"),
        ("docs/masks.md", "json", "Api.Tests/Documentation/DocumentedBlocksTests"),
        ("docs/masks.md", "python", "Api.Tests/Documentation/DocumentedCommandsTests"),
        ("docs/open-inference.md", "python", "Api.Tests/Documentation/DocumentedCommandsTests"),
        ("docs/operations.md", "yaml", "Api.Tests/Metrics/AlertsTests"),
        ("docs/own-model.md", "json", "Api.Tests/Segmentation/AccuracyTests"),
        ("docs/reliability.md", "nginx", "Api.Tests/Documentation/DocumentedBlocksTests"),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Pages => [.. DocumentationPage.All];

    [Fact]
    public void Blocks_All_AreReadByATest()
    {
        var languages = DocumentationPage.All
            .SelectMany(page => DocumentationPage.Open(page).Blocks.Select(block => (Page: page, block.Language)))
            .Where(block => block.Language.Length > 0);

        Assert.Equal(Readers.Select(reader => (reader.Page, reader.Language)), languages.Distinct().Order());
        Assert.All(
            Readers,
            reader => Assert.Contains(Path.GetFileName(reader.Page), Read("tests", $"{reader.Test}.cs"), StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Blocks_OfAPage_AreAllFound(string name)
    {
        // A fence that is written otherwise would be read as text, and what follows it as a block.
        var page = DocumentationPage.Open(name);
        Assert.Equal(AnyFence().Count(page.Text), 2 * page.Blocks.Count);
    }

    [Fact]
    public void Folders_OfTheRepository_AreThere()
    {
        var folders = BlockOf("CONTRIBUTING.md", "text").TrimEnd().Split('\n').Select(line => line.Split(' ')[0]).ToList();

        Assert.All(folders, folder => Assert.True(Directory.Exists(InRepository(folder)), folder));
        Assert.Equal(
            Directory.GetDirectories(InRepository("src")).Select(folder => $"src/{Path.GetFileName(folder)}").Order(),
            folders.Where(folder => folder.StartsWith("src/", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void AdapterRule_Series_IsAMetricByWhichReplicasGrow()
    {
        var series = Series().Match(BlockOf("deploy/README.md", "yaml")).Groups[1].Value;

        Assert.Contains($"| `{series}` |", Read("docs", "metrics.md"), StringComparison.Ordinal);
        Assert.Contains($"metric: {{ name: {series} }}", Read("deploy", "kubernetes", "base", "autoscaler.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_OfTheSamplePhoto_IsTheServices()
    {
        var photo = await File.ReadAllBytesAsync(InRepository("src", "Api", "Page", "Files", "street.jpg"), Cancellation);
        using var answer = await service.PostBodyAsync(photo, "image/jpeg", "?output=json&classes=car");
        var answered = ReadReport(await answer.Content.ReadAsStringAsync(Cancellation));

        var stated = ReadReport(BlockOf("docs/masks.md", "json"));

        Assert.Equal(answered.Keys, stated.Keys);
        foreach (var (name, value) in stated)
        {
            // On another processor the network may see the edges otherwise.
            if (value.ValueKind == JsonValueKind.Number)
            {
                Assert.Equal(1, value.GetDouble() / answered[name].GetDouble(), tolerance: 0.05);
            }
            else
            {
                Assert.Equal(answered[name].ToString(), value.ToString());
            }
        }
    }

    [Fact]
    public async Task Nginx_ReplicaThatIsNotReady_HasTheOtherAnswer()
    {
        await Shell.RequireAsync("PATH=$PATH:/usr/sbin; nginx -v && curl --version", "nginx and curl");
        using var folder = new TemporaryFolder();
        var refused = 0;
        await using var notReady = WebApplication.CreateSlimBuilder().Build();
        notReady.Urls.Add("http://127.0.0.1:0");
        notReady.MapPost("/segment", () =>
        {
            refused++;
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        });
        await notReady.StartAsync(Cancellation);
        var port = FreePort();
        var block = BlockOf("docs/reliability.md", "nginx")
            .Replace("listen 80;", $"listen 127.0.0.1:{port};", StringComparison.Ordinal)
            .Replace("10.0.0.1:8080", new Uri(notReady.Urls.Single()).Authority, StringComparison.Ordinal)
            .Replace("10.0.0.2:8080", service.Client.BaseAddress!.Authority, StringComparison.Ordinal);
        folder.Write("nginx.conf", $$"""
            daemon off;
            master_process off;
            pid nginx.pid;
            events { }
            http {
              access_log off;
              client_body_temp_path body;
              proxy_temp_path proxy;
              fastcgi_temp_path fastcgi;
              uwsgi_temp_path uwsgi;
              scgi_temp_path scgi;
              {{block}}
            }
            """);
        var photo = Service.Draw(200, 140);
        await File.WriteAllBytesAsync(folder["photo.png"], photo, Cancellation);

        var (exitCode, output) = await Shell.RunAsync(
            $$"""
            PATH=$PATH:/usr/sbin
            nginx -p "$PWD" -c nginx.conf -e error.log &
            trap 'kill $!; wait' EXIT
            for attempt in {1..100}; do (: < /dev/tcp/127.0.0.1/{{port}}) 2>/dev/null && break; sleep 0.1; done
            curl --silent --show-error --fail-with-body -F image=@photo.png http://127.0.0.1:{{port}}/segment -o mask.png
            """,
            folder.Path);

        Assert.True(exitCode == 0, output);
        using var direct = await service.PostBodyAsync(photo);
        Assert.Equal(await direct.Content.ReadAsByteArrayAsync(Cancellation), await File.ReadAllBytesAsync(folder["mask.png"], Cancellation));
        Assert.Equal(1, refused);
    }

    private static string BlockOf(string page, string language) =>
        Assert.Single(DocumentationPage.Open(page).Blocks, block => block.Language == language).Text;

    private static string InRepository(params string[] path) => Path.Combine([SharedData.Repository, .. path]);

    private static string Read(params string[] path) => File.ReadAllText(InRepository(path));

    // The report's members, and those of its one class, with its box number by number.
    private static Dictionary<string, JsonElement> ReadReport(string json)
    {
        var report = JsonDocument.Parse(json).RootElement;
        var found = Assert.Single(report.GetProperty("classes").EnumerateArray());
        return report.EnumerateObject().Concat(found.EnumerateObject())
            .Where(member => member.Name is not ("classes" or "bbox")).Select(member => (member.Name, member.Value))
            .Concat(found.GetProperty("bbox").EnumerateArray().Select((side, index) => ($"bbox {index}", side)))
            .ToDictionary(member => member.Item1, member => member.Item2);
    }

    private static int FreePort()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        return ((IPEndPoint)taken.LocalEndpoint).Port;
    }

    [GeneratedRegex("^ *(```|~~~)", RegexOptions.Multiline)]
    private static partial Regex AnyFence();

    [GeneratedRegex(@"seriesQuery: (\w+)\{")]
    private static partial Regex Series();
}
