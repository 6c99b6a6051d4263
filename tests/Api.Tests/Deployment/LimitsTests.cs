using System.Globalization;
using System.Text.RegularExpressions;
using FcnService.Api.Access;
using FcnService.Api.Admission;
using FcnService.Api.Hosting;
using FcnService.Api.OpenInference;
using FcnService.Api.Segmentation;

namespace FcnService.Api.Tests.Deployment;

/// <summary>What is said of the service in front of it agrees with what the service does when nothing else is said.</summary>
public sealed class LimitsTests
{
    private static readonly long LongestPhoto = new SegmentationOptions().MaxImageBytes + UploadReader.OverheadBytes;

    private static readonly long LongestTensors = new OpenInferenceOptions().MaxBodyBytes;

    private static readonly LifecycleOptions Lifecycle = new();

    [Fact]
    public void Nginx_LongestBody_IsTheServices()
    {
        Assert.Equal(LongestPhoto, Number("nginx.conf", @"^    client_max_body_size (\d+);"));
        Assert.Equal(LongestTensors, Number("nginx.conf", @"location /v2/ \{\s+client_max_body_size (\d+);"));
    }

    [Fact]
    public void Nginx_Patience_LeavesTheServiceItsWord()
    {
        var seconds = new SchedulingOptions().TimeoutSeconds;
        Assert.True(Number("nginx.conf", @"proxy_read_timeout (\d+)s;") > seconds);
        Assert.True(Number("nginx.conf", @"proxy_next_upstream_timeout (\d+)s;") > seconds);
    }

    [Fact]
    public void Nginx_HeadersTimeout_IsTheServices() =>
        Assert.Equal(new ConnectionsOptions().HeadersSeconds, Number("nginx.conf", @"client_header_timeout (\d+)s;"));

    [Theory]
    [InlineData("replicas.conf")]
    [InlineData("compose/replicas.conf")]
    public void Nginx_KeptConnections_EndBeforeTheServiceEndsThem(string file) =>
        Assert.True(Number(file, @"keepalive_timeout (\d+)s;") < new ConnectionsOptions().KeepAliveSeconds);

    [Fact]
    public void Ingress_LongestBody_IsTheServices()
    {
        Assert.Equal(Math.Max(LongestPhoto, LongestTensors), Number("kubernetes/base/ingress.yaml", @"ingress\.kubernetes\.io/proxy-body-size: ""(\d+)"""));
        Assert.Equal(Math.Max(LongestPhoto, LongestTensors), Number("kubernetes/base/ingress.yaml", @"nginx\.org/client-max-body-size: ""(\d+)"""));
    }

    [Fact]
    public void Pod_GracePeriod_HoldsDelayAndDrain()
    {
        const string File = "kubernetes/base/deployment.yaml";
        var delay = Number(File, @"preStop:\s+sleep: \{ seconds: (\d+) \}") + Number(File, @"Lifecycle__ShutdownDelaySeconds, value: ""(\d+)""");
        var drain = Number(File, @"Lifecycle__DrainSeconds, value: ""(\d+)""");
        Assert.True(delay >= Lifecycle.ShutdownDelaySeconds);
        Assert.True(Number(File, @"terminationGracePeriodSeconds: (\d+)") >= delay + drain);
    }

    [Fact]
    public void Container_GracePeriod_HoldsDelayAndDrain() =>
        Assert.True(Number("../docker-compose.yml", @"stop_grace_period: (\d+)s") >= Lifecycle.ShutdownDelaySeconds + Lifecycle.DrainSeconds);

    [Fact]
    public void Image_Version_IsTheAssemblys()
    {
        var version = typeof(Program).Assembly.GetName().Version!.ToString(3);
        var labels = Regex.Matches(Read("../Dockerfile"), @"image\.version=""(.*)""").Select(match => match.Groups[1].Value);
        Assert.Equal([version, version], labels);
        Assert.Contains($"newTag: {version}-cpu", Read("kubernetes/base/kustomization.yaml"), StringComparison.Ordinal);
        Assert.Contains($"newTag: {version}-cuda", Read("kubernetes/overlays/gpu/kustomization.yaml"), StringComparison.Ordinal);
        Assert.Contains($"newTag: {version}-cpu", Read("kubernetes/batch/kustomization.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public void Job_Shards_AreAsManyAsItsIndexes()
    {
        const string File = "kubernetes/batch/job.yaml";
        Assert.Equal(Number(File, @"completions: (\d+)"), Number(File, @"\$\(JOB_COMPLETION_INDEX\)/(\d+)"));
    }

    private static double Number(string file, string pattern)
    {
        var match = Regex.Match(Read(file), pattern, RegexOptions.Multiline);
        Assert.True(match.Success, $"deploy/{file} has nothing like {pattern}.");
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(SharedData.Repository, "deploy", file));
}
