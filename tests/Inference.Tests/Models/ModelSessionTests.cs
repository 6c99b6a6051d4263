using System.Buffers;
using System.Numerics.Tensors;
using FcnService.Inference.Geometry;
using FcnService.Inference.Models;
using FcnService.Inference.Scheduling;
using FcnService.Inference.Tests.Providers;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FcnService.Inference.Tests.Models;

public sealed class ModelSessionTests
{
    private static readonly string CamVid = Path.Combine(SharedData.Repository, "models", "fp32", "fcn8s-camvid.onnx");

    [Fact]
    public void Load_ModelOfThisRepository_TakesTheContractFromItsMetadata()
    {
        using var session = ModelSession.Load(CamVid, new SessionSettings());

        Assert.Equal("fcn8s-camvid", session.Name);
        Assert.Equal("cpu", session.Provider);
        Assert.Equal(ChannelOrder.Bgr, session.Contract.Input.Channels);
        Assert.Equal([104.00699f, 116.66877f, 122.67892f], session.Contract.Input.Mean);
        Assert.Equal(new AnySize(32, 1024), session.Contract.SizePolicy);
        Assert.True(ClassSets.TryGet("camvid", out var classes));
        Assert.Equal(classes, session.Contract.Classes);
    }

    [Fact]
    public void Load_SidecarBesideTheModel_WinsKeyByKey()
    {
        using var folder = new TemporaryFolder();
        var model = folder.Copy(CamVid, "streets.onnx");
        folder.Write("streets.model.json", """{ "maxSide": 512, "input": { "std": [2, 2, 2] } }""");

        using var session = ModelSession.Load(model, new SessionSettings { Threads = 1 });

        Assert.Equal("streets", session.Name);
        Assert.Equal(new AnySize(32, 512), session.Contract.SizePolicy);
        Assert.Equal([2, 2, 2], session.Contract.Input.Std);
        Assert.Equal(ChannelOrder.Bgr, session.Contract.Input.Channels);
    }

    [Fact]
    public void Load_FaultySidecar_NamesIt()
    {
        using var folder = new TemporaryFolder();
        var model = folder.Copy(CamVid, "streets.onnx");
        var sidecar = folder.Write("streets.model.json", """{ "maxsize": 512 }""");

        var fault = Assert.Throws<InvalidModelException>(() => ModelSession.Load(model, new SessionSettings()));

        Assert.Contains(sidecar, fault.Message, StringComparison.Ordinal);
        Assert.Contains("maxsize", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("This is no ONNX file.")]
    public void Load_FileThatIsNoModel_NamesIt(string content)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("garbage.onnx", content);

        var fault = Assert.Throws<InvalidModelException>(() => ModelSession.Load(path, new SessionSettings()));

        Assert.Contains($"Model 'garbage' cannot be served: ONNX Runtime does not load {path}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TruncatedModel_NamesIt()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "half.onnx");
        File.WriteAllBytes(path, File.ReadAllBytes(CamVid)[..1_000_000]);

        var fault = Assert.Throws<InvalidModelException>(() => ModelSession.Load(path, new SessionSettings()));

        Assert.Contains("Model 'half'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ZeroImage_GivesAScoreForEachClassAndPixel()
    {
        using var session = ModelSession.Load(CamVid, new SessionSettings { Threads = 1 });

        using var input = new InputTensor(new ImageSize(64, 32));
        input.Values.Span.Clear();
        using var output = session.Run([input])[0];

        Assert.Equal(TensorElementType.Float, output.ElementType);
        Assert.Equal([1, 11, 32, 64], output.Shape);
        Assert.Equal(11 * 32 * 64, output.Values<float>().Length);
        Assert.DoesNotContain(output.Values<float>().ToArray(), value => !float.IsFinite(value));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_InputsInTheProvidersMemory_GivesTheSameScores(int count)
    {
        var provider = new StandIn("a GPU");
        using var expected = ModelSession.Load(CamVid, new SessionSettings());
        using var session = ModelSession.Load(CamVid, new SessionSettings { Provider = provider });

        var (scores, others) = (Run(expected, ImageBuffers.FloatMemory, count), Run(session, provider.InputMemory, count));

        Assert.Equal(("cuda", 1), (session.Provider, provider.Sessions));
        Assert.Equal(count, scores.Count);
        Assert.Equal(count, scores.DistinctBy(values => values[0]).Count());
        Assert.All(scores.Zip(others), pair => Assert.True(TensorPrimitives.Distance<float>(pair.First, pair.Second) < 1e-3));
    }

    [Fact]
    public void Of_ModelWithWeightsAsInputs_ListsTheImageOnly()
    {
        using var session = new InferenceSession(SharedData.Require("models", "portrait-deeplab.onnx"));

        var signature = GraphSignature.Of(session);

        Assert.Equal([1, 3, 513, 513], Assert.Single(signature.Inputs).Shape);
        Assert.Equal([1, 2, 513, 513], Assert.Single(signature.Outputs).Shape);
    }

    [Fact]
    public void Load_ModelOfOthersWithoutADescription_ReadsLayoutAndSizeFromTheGraph()
    {
        using var session = ModelSession.Load(SharedData.Require("models", "deeplabv3-mobilenet-voc21.onnx"), new SessionSettings());

        Assert.Equal(("sub_7", TensorLayout.Nhwc), (session.Contract.Input.Tensor, session.Contract.Input.Layout));
        Assert.Equal(("ResizeBilinear_3", TensorLayout.Nhwc), (session.Contract.Output.Tensor, session.Contract.Output.Layout));
        Assert.Equal(new Stretched(new ImageSize(257, 257)), session.Contract.SizePolicy);
        Assert.Equal(21, session.Contract.Classes.Count);
    }

    [Fact]
    public void Load_SizeMultiple_IsHeldBesideTheModelsOwn()
    {
        using var session = ModelSession.Load(CamVid, new SessionSettings { SizeMultiple = 80 });

        Assert.Equal(160, Assert.IsType<AnySize>(session.Contract.SizePolicy).MultipleOf);
    }

    private static List<float[]> Run(ModelSession session, MemoryPool<float> memory, int count)
    {
        var random = new Random(1);
        var images = Enumerable.Range(0, count).Select(_ => new InputTensor(new ImageSize(64, 32), memory)).ToList();
        foreach (var image in images)
        {
            Array.ConvertAll(new float[image.Values.Length], _ => (random.NextSingle() * 255) - 128).CopyTo(image.Values);
        }

        var outputs = session.Run(images);
        var scores = outputs.Select(output => output.Values<float>().ToArray()).ToList();
        images.ForEach(image => image.Dispose());
        foreach (var output in outputs)
        {
            output.Dispose();
        }

        return scores;
    }
}
