using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FcnService.Api.Tests.OpenInference;

/// <summary>
/// The commands in docs/open-inference.md do what the page says. One of them is a client in another language, written to the protocol's
/// specification: tests/OpenInference/client.py.
/// </summary>
public sealed partial class DocumentedCommandsTests(Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task Curl_PhotoAsBase64_AnswersItsMask()
    {
        await RequireAsync("curl --help all | grep --quiet -e --json && base64 --version", "curl 7.82 or later, and base64");
        using var folder = new TemporaryFolder();

        var (exitCode, output) = await RunAsync(await ReadCommandAsync("curl"), folder);

        Assert.True(exitCode == 0, output);
        var mask = JsonDocument.Parse(output).RootElement.GetProperty("outputs")[0].GetProperty("data")[0].GetBytesFromBase64();
        var (width, height, _, _) = PngFile.ReadIndexed(mask);
        Assert.Equal((200, 140), (width, height));
    }

    [Fact]
    public async Task Python_ClientOfTheSpecification_AgreesWithTheServiceInEveryForm()
    {
        await RequireAsync("/usr/bin/python3 -c 'import numpy'", "Debian's python3-numpy");
        using var folder = new TemporaryFolder();

        // The Python that Debian's packages belong to.
        var command = (await ReadCommandAsync("client.py")).Replace("python3", "/usr/bin/python3", StringComparison.Ordinal);
        var (exitCode, output) = await RunAsync(command, folder);

        Assert.True(exitCode == 0, output);
        Assert.Contains("the network's output (2, 11, 8, 8) has the shape that the metadata say", output, StringComparison.Ordinal);
    }

    private static async Task<string> ReadCommandAsync(string word)
    {
        var page = Path.Combine(SharedData.Repository, "docs", "open-inference.md");
        var blocks = Command().Matches(await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken));
        return Assert.Single(blocks.Select(block => block.Groups[1].Value), command => command.Contains(word, StringComparison.Ordinal));
    }

    private static async Task RequireAsync(string command, string what)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "needs bash");
        Assert.SkipUnless((await BashAsync(command)).ExitCode == 0, $"needs {what}");
    }

    private async Task<(int ExitCode, string Output)> RunAsync(string command, TemporaryFolder folder)
    {
        await File.WriteAllBytesAsync(folder["street.jpg"], Service.Draw(200, 140), TestContext.Current.CancellationToken);
        return await BashAsync(command
            .Replace("http://localhost:8080", service.Client.BaseAddress!.ToString().TrimEnd('/'), StringComparison.Ordinal)
            .Replace("street.jpg", folder["street.jpg"], StringComparison.Ordinal)
            .Replace("curl", "curl --silent --show-error", StringComparison.Ordinal));
    }

    private static async Task<(int ExitCode, string Output)> BashAsync(string command)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-c", command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = SharedData.Repository,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await error);
    }

    [GeneratedRegex(@"^```\w*\n(.+?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Command();
}
