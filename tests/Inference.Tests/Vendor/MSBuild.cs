using System.Diagnostics;
using System.Text.Json;

namespace FcnService.Inference.Tests.Vendor;

/// <summary>Asks MSBuild what a project consists of, without building it.</summary>
internal static class MSBuild
{
    public static async Task<List<JsonElement>> GetItems(string project, string item, params string[] properties)
    {
        var start = new ProcessStartInfo("dotnet", ["msbuild", project, $"-getItem:{item}", .. properties.Select(property => $"-p:{property}")])
        {
            WorkingDirectory = SharedData.Repository,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output);
        return [.. JsonDocument.Parse(output).RootElement.GetProperty("Items").GetProperty(item).EnumerateArray()];
    }

    public static string Get(this JsonElement item, string metadata) => item.GetProperty(metadata).GetString()!;
}
