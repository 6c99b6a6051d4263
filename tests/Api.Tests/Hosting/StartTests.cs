using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace FcnService.Api.Tests.Hosting;

/// <summary>A service that cannot start says why in plain lines and ends with 1.</summary>
public sealed class StartTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Start_BadOptions_NamesThemAllAtOnce()
    {
        var (exitCode, output) = await StartAsync("--Segmentation:MaxSide=0", "--Segmentation:MaxFrames=-1", "--Models:Threads=5000");
        Assert.Equal(1, exitCode);
        Assert.Contains("Segmentation:MaxSide", output, StringComparison.Ordinal);
        Assert.Contains("Segmentation:MaxFrames", output, StringComparison.Ordinal);
        Assert.Contains("Models:Threads", output, StringComparison.Ordinal);
        Assert.DoesNotContain("DataAnnotation", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_BadAccess_NamesEveryFaultAndNoKey()
    {
        var (exitCode, output) = await StartAsync(
            "--Access:Keys:0:Name=shop",
            "--Access:Keys:0:Hash=the-key-itself",
            "--Access:Keys:1:Name=shop",
            "--Access:TrustedProxies:0=10.0.0.0/33",
            "--Access:CorsOrigins:0=app.example",
            "--Connections:GraceSeconds=1");
        Assert.Equal(1, exitCode);
        foreach (var named in new[] { "Keys:0:Hash", "Keys:1:Hash", "'shop'", "'10.0.0.0/33'", "'app.example'", "Connections:GraceSeconds" })
        {
            Assert.Contains(named, output, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("the-key-itself", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Access:Keys:0:Secret=abc", "Secret")]
    [InlineData("--Segmentation:MaxSides=5", "MaxSides")]
    [InlineData("--Segmentation:MaxSide=many", "MaxSide")]
    [InlineData("--Log:Format=Xml", "Format")]
    [InlineData("--Inference:Provider=gpu", "Inference:Provider")]
    [InlineData("--Inference:Provider=7", "auto, cuda, cpu")]
    [InlineData("--Inference:ConvolutionSearch=fast", "Inference:ConvolutionSearch")]
    [InlineData("--Inference:DeviceId=-1", "Inference:DeviceId")]
    public async Task Start_SettingThatCannotBeRead_IsNamed(string argument, string named)
    {
        var (exitCode, output) = await StartAsync(argument);
        Assert.Equal(1, exitCode);
        Assert.Contains(named, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_SettingsThatCannotBeReadAndOneOutOfRange_NamesThemAllAtOnce()
    {
        var (exitCode, output) = await StartAsync("--Models:Threads=many", "--Models:Thread=1", "--Models:WatchSeconds=-1");
        Assert.Equal(1, exitCode);
        Assert.Contains("'many'", output, StringComparison.Ordinal);
        Assert.Contains("'Thread'", output, StringComparison.Ordinal);
        Assert.Contains("Models:WatchSeconds", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_BrokenModel_NamesTheFile()
    {
        folder.Write("broken.onnx", "not a model");
        var (exitCode, output) = await StartAsync($"--Models:Directory={folder.Path}");
        Assert.Equal(1, exitCode);
        Assert.Contains("broken.onnx", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_NoModelsFolder_NamesIt()
    {
        var (exitCode, output) = await StartAsync($"--Models:Directory={folder["none"]}");
        Assert.Equal(1, exitCode);
        Assert.Contains(folder["none"], output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ModelThatFailsWhenItRuns_NamesIt()
    {
        // The network's maps meet only for multiples of 32.
        folder.Copy(Path.Combine(SharedData.Repository, "models", "fcn8s-camvid.onnx"), "fcn8s-camvid.onnx");
        folder.Write("fcn8s-camvid.model.json", """{ "multipleOf": 1 }""");
        var (exitCode, output) = await StartAsync($"--Models:Directory={folder.Path}");
        Assert.Equal(1, exitCode);
        Assert.Contains("'fcn8s-camvid' failed", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_UntilAModelHasRun_WritesNothingAnywhere()
    {
        folder.Copy(Path.Combine(SharedData.Repository, "models", "fcn8s-camvid.onnx"), "fcn8s-camvid.onnx");
        folder.Write("fcn8s-camvid.model.json", """{ "multipleOf": 1 }""");
        var (home, temporary) = (Directory.CreateDirectory(folder["home"]), Directory.CreateDirectory(folder["temporary"]));
        var (_, output) = await StartWithAsync(
            new() { ["HOME"] = home.FullName, ["TMPDIR"] = temporary.FullName, ["XDG_CACHE_HOME"] = null }, $"--Models:Directory={folder.Path}");
        Assert.Contains("'fcn8s-camvid' failed", output, StringComparison.Ordinal);
        Assert.Empty(home.EnumerateFileSystemInfos("*", SearchOption.AllDirectories));
        Assert.Empty(temporary.EnumerateFileSystemInfos("*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("--urls=foo", "foo")]
    [InlineData("--urls=http://203.0.113.1:8080", "203.0.113.1")]
    [InlineData("--Serilog:MinimumLevel:Default=Verbos", "Verbos")]
    public async Task Start_AddressOrLevelThatIsNone_IsNamed(string argument, string named)
    {
        var (exitCode, output) = await StartAsync(argument);
        Assert.Equal(1, exitCode);
        Assert.Contains(named, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_CudaOnADeviceThatIsNotThere_SaysWhatIsMissing()
    {
        var (exitCode, output) = await StartAsync("--Inference:Provider=cuda", "--Inference:DeviceId=1024");
        Assert.Equal(1, exitCode);
        Assert.Contains("FcnService cannot start: Inference:Provider is cuda, but ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_UnknownDefaultModel_ListsTheModels()
    {
        var (exitCode, output) = await StartAsync("--Models:Default=fcn99");
        Assert.Equal(1, exitCode);
        Assert.Contains("'fcn99'", output, StringComparison.Ordinal);
        Assert.Contains("fcn8s-camvid", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_PortTaken_NamesTheAddress()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        var (exitCode, output) = await StartAsync($"--urls={address}");
        Assert.Equal(1, exitCode);
        Assert.Contains(address, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static Task<(int ExitCode, string Output)> StartAsync(params string[] arguments) => StartWithAsync([], arguments);

    private static async Task<(int ExitCode, string Output)> StartWithAsync(
        Dictionary<string, string?> environment, params string[] arguments)
    {
        var service = Path.Combine(AppContext.BaseDirectory, "FcnService.Api.dll");
        var start = new ProcessStartInfo("dotnet", [service, "--urls=http://127.0.0.1:0", .. arguments])
        {
            WorkingDirectory = Path.Combine(SharedData.Repository, "src", "Api"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
