using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace FcnService.Api.Tests.Documentation;

/// <summary>
/// Every command in the documentation does what its page says: those that ask a service are run here, those of src/Export by
/// Export.Tests' tests of the same name, and of all others, which are listed with who runs them, what they name is there.
/// </summary>
public sealed partial class DocumentedCommandsTests(Service service) : IClassFixture<Service>
{
    private const string AccessPage = "docs/access.md";
    private const string OpenInferencePage = "docs/open-inference.md";

    // By their beginnings.
    private static readonly Dictionary<string, string> RunElsewhere = new()
    {
        ["dotnet run --project src/Api -c Release"] = "by .ci/run",
        ["dotnet test"] = "by .ci/run and by whoever works on a part: these tests",
        ["dotnet pack src/Client "] = "by Client.Tests' PackageTests",
        ["dotnet run --project bench/Compare "] = "by .ci/run in short; takes an hour",
        ["dotnet run --project bench/Benchmarks "] = "by .ci/run in short",
        ["dotnet run --project bench/Budgets "] = "by .ci/run",
        ["dotnet run --project bench/Sizing "] = "by .ci/run in short",
        ["dotnet run --project tests/Load "] = "by .ci/run, one case in short; all of it takes half an hour, and overloads the machine",
        ["dotnet run --project tests/Fuzz "] = "by Export.Tests' DocumentedCommandsTests, with fewer files",
        ["dotnet run --project tests/DecoderMemory "] = "by Inference.Tests' DecoderMemoryTests, with one image",
        ["docker "] = "by whoever has Docker; deploy/verify builds and starts the same without it",
        ["kubectl apply -k "] = "by whoever has a cluster; deploy/verify checks the manifests",
        ["deploy/verify"] = "by hand: wants root and Debian",
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> AskingPages =>
        [.. DocumentedCommand.PagesWith(command => command.AsksService).Except([AccessPage, OpenInferencePage])];

    public static TheoryData<string> CommandsRunElsewhere =>
        [.. DocumentedCommand.All.Where(command => IsRunElsewhere(command)).Select(command => command.Text).Distinct()];

    [Fact]
    public void Commands_All_AreRunByATestOrListed()
    {
        var unknown = DocumentedCommand.All.Where(command => !command.AsksService && !command.IsExport && !IsRunElsewhere(command));
        Assert.Empty(unknown.Select(command => $"{command.Page}: {command.Text}"));
        var bare = DocumentedCommand.All.Select(command => Bare(command.Text)).ToList();
        Assert.All(RunElsewhere.Keys, beginning => Assert.Contains(bare, command => command.StartsWith(beginning, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(AskingPages))]
    public async Task Curl_CommandsOfAPage_WriteTheFilesThatTheyName(string page)
    {
        await Shell.RequireAsync("curl --version", "curl");
        using var folder = new TemporaryFolder();

        var commands = DocumentedCommand.Of(page).Where(command => command.AsksService).Select(command => command.Text);
        var script = AtService(string.Join('\n', commands), service);
        var (exitCode, output) = await RunAsync(script, folder);

        Assert.True(exitCode == 0, output);
        foreach (var file in OutputFile().Matches(script).Select(option => option.Groups[1].Value))
        {
            AssertHasFormatOfName(folder[file]);
        }
    }

    [Fact]
    public async Task Pictures_OfAnswers_AreTheServices()
    {
        var pictures = InRepository("docs", "pictures");
        var photo = await File.ReadAllBytesAsync(InRepository("src", "Api", "Page", "Files", "street.jpg"), Cancellation);
        using var answer = await service.PostBodyAsync(photo, "image/jpeg");
        var (_, _, labels, _) = PngFile.ReadIndexed(await answer.Content.ReadAsByteArrayAsync(Cancellation));
        var (_, _, drawn, _) = PngFile.ReadIndexed(await File.ReadAllBytesAsync(Path.Combine(pictures, "street-mask.png"), Cancellation));

        // On another processor the network may see the edges otherwise.
        Assert.Equal(labels.Length, drawn.Length);
        Assert.InRange(labels.Zip(drawn).Count(pair => pair.First != pair.Second), 0, labels.Length / 200);
    }

    [Fact]
    public async Task Curl_KeyMadeAsDocumented_OpensTheService()
    {
        await Shell.RequireAsync("curl --version && openssl version", "curl and openssl");
        using var folder = new TemporaryFolder();
        var commands = DocumentedCommand.Of(AccessPage).Where(command => command.AsksService).Select(command => command.Text).ToList();
        var asking = commands.Where(command => command.StartsWith("curl", StringComparison.Ordinal)).ToList();

        var (_, made) = await RunAsync(string.Join('\n', commands.Except(asking).Append("echo $key")), folder);
        var (hash, key) = (made.Split(' ')[0], made.TrimEnd().Split('\n')[^1]);
        await using var keyed = new WithKey(Assert.Single(DocumentationPage.Open(AccessPage).Blocks, block => block.Language == "json").Text, hash);
        await keyed.InitializeAsync();
        var (exitCode, output) = await RunAsync(AtService($"key={key}\n{string.Join('\n', asking)}", keyed), folder);

        Assert.True(exitCode == 0, output);
        AssertHasFormatOfName(folder["mask.png"]);
        var (refused, _) = await RunAsync(AtService($"key=another\n{asking[0]}", keyed), folder);
        Assert.NotEqual(0, refused);
    }

    [Fact]
    public async Task Curl_PhotoAsBase64_AnswersItsMask()
    {
        await Shell.RequireAsync("curl --help all | grep --quiet -e --json && base64 --version", "curl 7.82 or later, and base64");
        using var folder = new TemporaryFolder();

        var (exitCode, output) = await RunAsync(AtService(OpenInferenceCommand("curl"), service), folder);

        Assert.True(exitCode == 0, output);
        var mask = JsonDocument.Parse(output).RootElement.GetProperty("outputs")[0].GetProperty("data")[0].GetBytesFromBase64();
        var (width, height, _, _) = PngFile.ReadIndexed(mask);
        Assert.Equal((200, 140), (width, height));
    }

    [Fact]
    public async Task Python_ClientOfTheSpecification_AgreesWithTheServiceInEveryForm()
    {
        await Shell.RequireAsync("/usr/bin/python3 -c 'import numpy'", "Debian's python3-numpy");
        using var folder = new TemporaryFolder();

        var (exitCode, output) = await RunAsync(AtService(OpenInferenceCommand("client.py"), service), folder);

        Assert.True(exitCode == 0, output);
        Assert.Contains("the network's output (2, 11, 8, 8) has the shape that the metadata say", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Python_NumpyArray_HasALabelForEachPixel()
    {
        await Shell.RequireAsync("/usr/bin/python3 -c 'import numpy'", "Debian's python3-numpy");
        using var folder = new TemporaryFolder();
        var block = Assert.Single(DocumentationPage.Open("docs/masks.md").Blocks, block => block.Language == "python");
        folder.Write("labels.py", AtService(block.Text, service) + "print(labels.shape, labels.dtype)\n");

        var (exitCode, output) = await RunAsync("/usr/bin/python3 labels.py", folder);

        Assert.True(exitCode == 0, output);
        Assert.Equal("(140, 200) uint8", output.Trim());
    }

    [Fact]
    public async Task Python_TritonClient_IsPython()
    {
        // Debian has no tritonclient: that it is Python is all that can be told.
        await Shell.RequireAsync("/usr/bin/python3 --version", "Python");
        using var folder = new TemporaryFolder();
        var block = Assert.Single(DocumentationPage.Open(OpenInferencePage).Blocks, block => block.Language == "python");
        folder.Write("client.py", block.Text);

        var (exitCode, output) = await RunAsync("/usr/bin/python3 -m py_compile client.py", folder);

        Assert.True(exitCode == 0, output);
    }

    [Theory]
    [MemberData(nameof(CommandsRunElsewhere))]
    public void RunElsewhere_Command_NamesWhatIsThere(string command)
    {
        var words = Bare(command).Split(' ');
        switch (words[0])
        {
            case "dotnet":
                AssertProjectTakes(words);
                break;
            case "docker":
                AssertContainersAreThere(words);
                break;
            case "kubectl":
                Assert.True(File.Exists(InRepository(words[^1], "kustomization.yaml")), command);
                break;
            default:
                var script = File.ReadAllText(InRepository(words[0]));
                Assert.All(words.Where(IsOption), option => Assert.Contains(option, script, StringComparison.Ordinal));
                break;
        }

        var variable = Assignment().Match(command).Groups[1].Value;
        Assert.Contains(Sources("tests"), source => source.Contains(variable, StringComparison.Ordinal));
    }

    private static void AssertProjectTakes(string[] words)
    {
        var after = Array.IndexOf(words, "--");
        var (before, arguments) = after < 0 ? (words, []) : (words[..after], words[(after + 1)..]);
        var named = before.Skip(2).FirstOrDefault(word => word.Contains('/', StringComparison.Ordinal));
        var project = InRepository(named ?? ".");
        Assert.True(named is null || Directory.GetFiles(project, "*.csproj").Length == 1, $"{named} is no project.");

        foreach (var property in ValuesOf("-p:"))
        {
            Assert.Contains(ProjectFiles(), file => file.Contains($"$({property.Split('=')[0]})", StringComparison.Ordinal));
        }

        foreach (var part in ValuesOf("FullyQualifiedName~"))
        {
            Assert.Contains(
                Directory.GetFiles(project, "*Tests.cs", SearchOption.AllDirectories),
                file => file.Contains(part, StringComparison.Ordinal) || File.ReadAllText(file).Contains(part, StringComparison.Ordinal));
        }

        if (named == "bench/Benchmarks")
        {
            // BenchmarkDotNet's, with a pattern of what is measured.
            Assert.Equal("--filter", arguments[0]);
            Assert.NotEmpty(Directory.GetFiles(project, $"{arguments[1].Trim('\'')}Benchmark.cs"));
            return;
        }

        var sources = string.Concat(Sources(named ?? "."));
        Assert.All(arguments.Where(IsOption), option => Assert.Contains($"\"{option}\"", sources, StringComparison.Ordinal));

        IEnumerable<string> ValuesOf(string beginning) =>
            before.Where(word => word.StartsWith(beginning, StringComparison.Ordinal)).Select(word => word[beginning.Length..]);
    }

    private static void AssertContainersAreThere(string[] words)
    {
        var (dockerfile, compose) = (File.ReadAllText(InRepository("Dockerfile")), File.ReadAllText(InRepository("docker-compose.yml")));
        Assert.All(After("--target"), target => Assert.Contains($" AS {target}\n", dockerfile, StringComparison.Ordinal));
        Assert.All(After("--profile"), profile => Assert.Contains($"profiles: [{profile}]", compose, StringComparison.Ordinal));
        Assert.All(After("--scale"), scale => Assert.Contains($"\n  {scale.Split('=')[0]}:", compose, StringComparison.Ordinal));
        if (words[1] == "compose" && words[^2] == "--detach")
        {
            Assert.Contains($"\n  {words[^1]}:", compose, StringComparison.Ordinal);
        }

        IEnumerable<string> After(string option) => words.Zip(words.Skip(1)).Where(pair => pair.First == option).Select(pair => pair.Second);
    }

    private static bool IsRunElsewhere(DocumentedCommand command) =>
        RunElsewhere.Keys.Any(beginning => Bare(command.Text).StartsWith(beginning, StringComparison.Ordinal));

    private static string Bare(string command) => Assignment().Replace(command, string.Empty);

    private static bool IsOption(string word) => word.StartsWith("--", StringComparison.Ordinal);

    private static string InRepository(params string[] path) => Path.Combine([SharedData.Repository, .. path]);

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(InRepository(folder), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText);

    private static IEnumerable<string> ProjectFiles() => ((string[])["src", "tests", "bench", "vendor"])
        .SelectMany(folder => Directory.EnumerateFiles(InRepository(folder), "*.csproj", SearchOption.AllDirectories)).Select(File.ReadAllText);

    private static string OpenInferenceCommand(string word) =>
        Assert.Single(DocumentedCommand.Of(OpenInferencePage), command => command.Text.Contains(word, StringComparison.Ordinal)).Text;

    private static string AtService(string text, Service service) => text
        .Replace("http://localhost:8080", service.Client.BaseAddress!.ToString().TrimEnd('/'), StringComparison.Ordinal)
        .Replace("python3 tests/", $"/usr/bin/python3 {SharedData.Repository}/tests/", StringComparison.Ordinal);

    private static async Task<(int ExitCode, string Output)> RunAsync(string script, TemporaryFolder folder)
    {
        foreach (var photo in (string[])["street.jpg", "one.jpg", "two.jpg", "src/Api/Page/Files/street.jpg"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[photo])!);
            await File.WriteAllBytesAsync(folder[photo], Service.Draw(200, 140), Cancellation);
        }

        Directory.CreateDirectory(folder["docs/pictures"]);
        return await Shell.RunAsync($$"""curl() { command curl --silent --show-error --fail-with-body "$@"; }{{'\n'}}{{script}}""", folder.Path);
    }

    private static void AssertHasFormatOfName(string file)
    {
        byte[] beginning = Path.GetExtension(file) switch
        {
            ".jpg" => [0xFF, 0xD8, 0xFF],
            ".zip" => [(byte)'P', (byte)'K', 3, 4],
            _ => [137, (byte)'P', (byte)'N', (byte)'G'],
        };
        Assert.Equal(beginning, File.ReadAllBytes(file)[..beginning.Length]);
    }

    [GeneratedRegex(@" -o (\S+)")]
    private static partial Regex OutputFile();

    [GeneratedRegex(@"^(?:(\w+)=\S+ )+")]
    private static partial Regex Assignment();

    [GeneratedRegex("<64 hexadecimal digits>")]
    private static partial Regex DocumentedHash();

    /// <summary>A service with the settings of the page on access.</summary>
    private sealed class WithKey(string settings, string hash) : Service
    {
        protected override Dictionary<string, string> Settings
        {
            get
            {
                // The first key is made as documented; the other is nobody's.
                var filled = DocumentedHash().Replace(DocumentedHash().Replace(settings, hash, 1), new string('0', hash.Length));
                using var json = new MemoryStream(Encoding.UTF8.GetBytes($"{{{filled}}}"));
                return new ConfigurationBuilder().AddJsonStream(json).Build().AsEnumerable()
                    .Where(setting => setting.Value is not null).ToDictionary(setting => setting.Key, setting => setting.Value!);
            }
        }
    }
}
