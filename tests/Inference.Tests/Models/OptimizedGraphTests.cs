using FcnService.Inference.Imaging;
using FcnService.Inference.Models;
using FcnService.Inference.Tests.Providers;

namespace FcnService.Inference.Tests.Models;

public sealed class OptimizedGraphTests : IDisposable
{
    private static readonly SessionSettings Keep = new() { KeepOptimizedGraph = true, LargeModelBytes = 1 };

    private readonly TemporaryFolder folder = new();
    private readonly string model;
    private readonly byte[] photo = PngFile.WriteRgb(64, 48, new byte[64 * 48 * 3]);

    public OptimizedGraphTests()
    {
        model = folder["fcn8s-camvid.onnx"];
        File.Copy(Path.Combine(SharedData.Repository, "models", "fcn8s-camvid.onnx"), model);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_KeptGraph_GivesTheSameLabelsWithoutTheModel()
    {
        var plain = Segment(new SessionSettings());
        Assert.Equal(plain, Segment(Keep));
        var written = File.GetLastWriteTimeUtc(model);
        File.WriteAllBytes(model, new byte[new FileInfo(model).Length]);
        File.SetLastWriteTimeUtc(model, written);

        Assert.Equal(plain, Segment(Keep));
        Assert.Single(Kept);
    }

    [Fact]
    public void Open_ChangedModel_KeepsItsGraphInThePlaceOfTheOld()
    {
        Segment(Keep);
        var old = Assert.Single(Kept);
        File.SetLastWriteTimeUtc(model, DateTime.UtcNow.AddHours(1));

        Segment(Keep);

        Assert.NotEqual(old, Assert.Single(Kept));
    }

    [Fact]
    public void Open_DamagedGraph_IsMadeAnew()
    {
        var labels = Segment(Keep);
        var graph = Path.Combine(Assert.Single(Kept), "graph.onnx");
        File.WriteAllText(graph, "damaged");

        Assert.Equal(labels, Segment(Keep));
        Assert.True(new FileInfo(graph).Length > "damaged".Length);
    }

    [Fact]
    public void Open_FolderThatCannotBeWritten_LoadsAllTheSame()
    {
        folder.Write(OptimizedGraph.FolderName, "a file where the folder would be");

        Assert.Equal(Segment(new SessionSettings()), Segment(Keep));
    }

    [Fact]
    public void Open_FolderThatCannotBeWritten_TellsTheFolderUntilItIs()
    {
        folder.Write(OptimizedGraph.FolderName, "a file where the folder would be");
        Assert.Contains(folder[OptimizedGraph.FolderName], NotKept(Keep), StringComparison.Ordinal);
        Assert.Null(NotKept(new SessionSettings()));

        File.Delete(folder[OptimizedGraph.FolderName]);

        Assert.Null(NotKept(Keep));
    }

    [Fact]
    public void Open_GraphThatOnnxRuntimeCannotMake_LoadsAllTheSameAndSaysSo()
    {
        // As on a full disk: a folder for the graph can be made, and nothing written into it.
        var failsOnce = Keep with { Provider = new StandIn("a processor") { CanKeep = true, Failures = 1 } };

        Assert.Contains("no-such-library", NotKept(failsOnce), StringComparison.Ordinal);
        Assert.Empty(Kept);
        Assert.Null(NotKept(failsOnce));
        Assert.Single(Kept);
    }

    [Fact]
    public void Open_BrokenModel_IsRefusedAndLeavesNothing()
    {
        File.WriteAllText(model, "not a model");

        Assert.Throws<InvalidModelException>(() => Segment(Keep));
        Assert.Empty(Kept);
    }

    [Fact]
    public void Open_SmallModel_KeepsNothing()
    {
        Segment(new SessionSettings { KeepOptimizedGraph = true });

        Assert.False(Directory.Exists(folder[OptimizedGraph.FolderName]));
    }

    [Fact]
    public void Open_ProviderWhoseGraphsCannotBeKept_NeitherKeepsNorTakesOne()
    {
        var onDevice = Keep with { Provider = new StandIn("a GPU") };
        var plain = Segment(onDevice);
        Assert.False(Directory.Exists(folder[OptimizedGraph.FolderName]));

        Segment(Keep);
        File.WriteAllText(Path.Combine(Assert.Single(Kept), "graph.onnx"), "damaged");

        Assert.Equal(plain, Segment(onDevice));
        Assert.Equal("damaged", File.ReadAllText(Path.Combine(Assert.Single(Kept), "graph.onnx")));
    }

    private string[] Kept => Directory.GetDirectories(folder[OptimizedGraph.FolderName]);

    private string? NotKept(SessionSettings settings)
    {
        using var session = ModelSession.Load(model, settings);
        return session.NotKept;
    }

    private byte[] Segment(SessionSettings settings)
    {
        using var segmenter = new Segmenter(ModelSession.Load(model, settings), new ImageDecoder(new ImageLimits()));
        using var segmentation = segmenter.Segment(photo);
        return segmentation.Labels.Labels.ToArray();
    }
}
