using FcnService.Inference.Geometry;
using FcnService.Inference.Masks;
using FcnService.Inference.Models;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FcnService.Inference.Tests.Models;

public sealed class ModelContractResolverTests
{
    private static readonly TensorSignature Photo = new("photo", TensorElementType.Float, [1, 3, -1, -1]);
    private static readonly TensorSignature Scores = new("scores", TensorElementType.Float, [1, 21, -1, -1]);

    [Fact]
    public void Resolve_NothingSaid_IsReadFromTheGraph()
    {
        var contract = Resolve("{}", [Photo], [Scores]);

        Assert.Equal(("photo", TensorLayout.Nchw, ChannelOrder.Rgb), (contract.Input.Tensor, contract.Input.Layout, contract.Input.Channels));
        Assert.Equal([0, 0, 0], contract.Input.Mean);
        Assert.Equal([1, 1, 1], contract.Input.Std);
        Assert.Equal(new OutputContract("scores", TensorLayout.Nchw, OutputKind.Logits, null), contract.Output);
        Assert.Equal(new AnySize(1, 1024), contract.SizePolicy);
        Assert.Equal(21, contract.Classes.Count);
        Assert.Equal("class 20", contract.Classes[20]);
        Assert.Same(Palette.Voc, contract.Palette);
        Assert.Equal(255, contract.Void);
        Assert.Null(contract.License);
    }

    [Fact]
    public void Resolve_EverythingSaid_IsTaken()
    {
        var contract = Resolve(
            """
            {
              "input": { "tensor": "photo", "channels": "BGR", "mean": [1, 2, 3], "std": [4, 5, 6] },
              "output": { "tensor": "scores", "kind": "probabilities", "upsample": { "factor": 8, "offset": 31 } },
              "multipleOf": 32, "maxSide": 640, "void": 0, "classes": "voc", "palette": [[9, 9, 9]], "license": "MIT"
            }
            """,
            [Photo],
            [new("other", TensorElementType.Float, [1]), Scores]);

        Assert.Equal(ChannelOrder.Bgr, contract.Input.Channels);
        Assert.Equal([1, 2, 3], contract.Input.Mean);
        Assert.Equal([4, 5, 6], contract.Input.Std);
        Assert.Equal(new OutputContract("scores", TensorLayout.Nchw, OutputKind.Probabilities, new Upsampling(8, 31)), contract.Output);
        Assert.Equal(new AnySize(32, 640), contract.SizePolicy);
        Assert.Equal("tvmonitor", contract.Classes[20]);
        Assert.Equal(new Rgb(9, 9, 9), contract.Palette[0]);
        Assert.Equal((0, "MIT"), (contract.Void, contract.License));
    }

    [Fact]
    public void Resolve_FixedChannelsLastGraph_IsStretchedNhwc()
    {
        var contract = Resolve(
            "{}", [new("x", TensorElementType.Float, [1, 257, 513, 3])], [new("y", TensorElementType.Float, [1, 257, 513, 21])]);

        Assert.Equal((TensorLayout.Nhwc, TensorLayout.Nhwc), (contract.Input.Layout, contract.Output.Layout));
        Assert.Equal(new Stretched(new ImageSize(513, 257)), contract.SizePolicy);
        Assert.Equal(21, contract.Classes.Count);
    }

    [Fact]
    public void Resolve_FixedSizeToBeLetterboxed_IsLetterboxed()
    {
        TensorSignature input = new("x", TensorElementType.Float, [1, 3, 320, 640]);

        Assert.Equal(new Letterboxed(new ImageSize(640, 320)), Resolve("""{ "fit": "letterbox" }""", [input], [Scores]).SizePolicy);
    }

    [Fact]
    public void Resolve_SizeForAnOpenGraph_IsFixed()
    {
        var contract = Resolve("""{ "input": { "size": [320, 640] } }""", [Photo], [Scores]);

        Assert.Equal(new Stretched(new ImageSize(640, 320)), contract.SizePolicy);
    }

    [Theory]
    [InlineData(TensorElementType.UInt8, 3)]
    [InlineData(TensorElementType.Int32, 3)]
    [InlineData(TensorElementType.Int64, 4)]
    public void Resolve_IntegerOutput_IsLabels(TensorElementType type, int rank)
    {
        TensorSignature output = new("classes", type, rank == 3 ? [1, -1, -1] : [1, 1, -1, -1]);

        var contract = Resolve("""{ "classes": "camvid" }""", [Photo], [output]);

        Assert.Equal(OutputKind.Labels, contract.Output.Kind);
        Assert.Equal(11, contract.Classes.Count);
    }

    [Theory]
    [InlineData(TensorElementType.UInt8, 1, 3, -1, -1, "'photo' UInt8 [1, 3, ?, ?]; expected Float with four dimensions")]
    [InlineData(TensorElementType.Float, 2, 3, -1, -1, "a fixed batch of 2; expected a batch of 1 or of any size")]
    [InlineData(TensorElementType.Float, 1, 4, -1, -1, "[1, 4, ?, ?], which has 4 channels in the layout NCHW; expected Float with four dimensions, [N, 3, H, W]")]
    [InlineData(TensorElementType.Float, 1, 3, 320, -1, "[1, 3, 320, ?]: one side is fixed and the other open")]
    public void Resolve_InputOfAnotherKind_SaysWhatItIsAndWhatWasExpected(
        TensorElementType type, int batch, int channels, int height, int width, string expected) =>
        AssertFault("{}", [new("photo", type, [batch, channels, height, width])], [Scores], expected);

    [Fact]
    public void Resolve_InputOfAnotherRank_SaysWhatItIsAndWhatWasExpected() =>
        AssertFault("{}", [new("photo", TensorElementType.Float, [3, -1, -1])], [Scores], "'photo' Float [3, ?, ?]; expected Float with four dimensions");

    [Fact]
    public void Resolve_SeveralInputs_ListsThem()
    {
        TensorSignature second = new("training", TensorElementType.Bool, []);

        AssertFault("{}", [Photo, second], [Scores], "the graph has 'photo' Float [1, 3, ?, ?], 'training' Bool []; name the input to use");
        AssertFault("""{ "input": { "tensor": "photo" } }""", [Photo, second], [Scores], "the graph wants 2 inputs");
    }

    [Fact]
    public void Resolve_SeveralOutputs_ListsThem() =>
        AssertFault(
            "{}",
            [Photo],
            [Scores, new("aux", TensorElementType.Float, [1, 21, -1, -1])],
            "the graph has 'scores' Float [1, 21, ?, ?], 'aux' Float [1, 21, ?, ?]; name the output to use as \"output\": { \"tensor\": … } in tiny.model.json");

    [Fact]
    public void Resolve_NameThatIsNotThere_ListsWhatIs()
    {
        AssertFault("""{ "input": { "tensor": "image" } }""", [Photo], [Scores], "the description names the input 'image', but the graph has 'photo'");
        AssertFault("""{ "output": { "tensor": "logits" } }""", [Photo], [Scores], "the description names the output 'logits', but the graph has 'scores'");
    }

    [Theory]
    [InlineData("""{ "output": { "kind": "labels" }, "classes": "voc" }""", "'scores' Float [1, 21, ?, ?]; labels are expected as UInt8, Int32, Int64")]
    [InlineData("""{ "classes": "camvid" }""", "names 11 classes, but the output is 'scores' Float [1, 21, ?, ?]: 21 classes")]
    [InlineData("""{ "classes": [] }""", "names 0 classes; expected 1 to 255")]
    [InlineData("""{ "input": { "layout": "NHWC" } }""", "channels in the layout NHWC")]
    [InlineData("""{ "input": { "mean": [1, 2] } }""", "\"mean\" is [1, 2]; expected 3 finite numbers")]
    [InlineData("""{ "input": { "std": [1, 0, 1] } }""", "\"std\" is [1, 0, 1]; expected 3 finite numbers, none of them 0")]
    [InlineData("""{ "input": { "size": [320] } }""", "\"size\" is [320]; expected [height, width], both above 0")]
    [InlineData("""{ "input": { "size": [320, 0] } }""", "\"size\" is [320, 0]; expected [height, width], both above 0")]
    [InlineData("""{ "multipleOf": 0 }""", "\"multipleOf\" is 0; expected 1 to 1024")]
    [InlineData("""{ "maxSide": 20000 }""", "\"maxSide\" is 20000; expected 1 to 16384")]
    [InlineData("""{ "void": 256 }""", "\"void\" is 256; expected 0 to 255")]
    [InlineData("""{ "void": -1 }""", "\"void\" is -1; expected 0 to 255")]
    [InlineData("""{ "output": { "upsample": { "factor": 0 } } }""", "\"upsample.factor\" is 0; expected 1 to 64")]
    [InlineData("""{ "output": { "upsample": { "factor": 8, "offset": -1 } } }""", "\"upsample.offset\" is -1; expected 0 to 1024")]
    public void Resolve_DescriptionThatDoesNotFit_SaysWhatItSaysAndWhatWasExpected(string json, string expected)
    {
        // Where the graph leaves a side open, the channels might be there: only fixed sides contradict a layout.
        var isNhwc = json.Contains("NHWC", StringComparison.Ordinal);
        TensorSignature photo = new("photo", TensorElementType.Float, isNhwc ? [1, 3, 320, 320] : [1, 3, -1, -1]);

        AssertFault(json, [photo], [Scores], expected);
    }

    [Theory]
    [InlineData(300, 320)]
    [InlineData(320, 300)]
    public void Resolve_SizeOtherThanTheGraphs_SaysBoth(int height, int width) =>
        AssertFault(
            $"{{ \"input\": {{ \"size\": [{height}, {width}] }} }}",
            [new("photo", TensorElementType.Float, [1, 3, 320, 320])],
            [Scores],
            $"\"size\" is [{height}, {width}], but the input is 'photo' Float [1, 3, 320, 320]");

    [Fact]
    public void Resolve_IntegerOutputSaidToBeLogits_IsAFault() =>
        AssertFault(
            """{ "output": { "kind": "logits" }, "classes": "voc" }""",
            [Photo],
            [new("y", TensorElementType.Int64, [1, 21, -1, -1])],
            "'y' Int64 [1, 21, ?, ?]; logits are expected as Float with four dimensions");

    [Fact]
    public void Resolve_MoreClassesThanAMaskHolds_IsAFault() =>
        AssertFault("{}", [Photo], [new("y", TensorElementType.Float, [1, 256, -1, -1])], "256 classes; a mask has room for 255");

    [Fact]
    public void Resolve_NumberOfClassesNowhereToBeFound_AsksForTheirNames()
    {
        AssertFault("{}", [Photo], [new("y", TensorElementType.Int64, [1, -1, -1])], "which does not tell the number of classes; name them as \"classes\"");
        AssertFault("{}", [Photo], [new("y", TensorElementType.Float, [1, -1, -1, -1])], "which does not tell the number of classes; name them as \"classes\"");
    }

    private static void AssertFault(string json, TensorSignature[] inputs, TensorSignature[] outputs, string expected)
    {
        var fault = Assert.Throws<InvalidModelException>(() => Resolve(json, inputs, outputs));

        Assert.StartsWith("Model 'tiny' cannot be served: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    private static ModelContract Resolve(string json, TensorSignature[] inputs, TensorSignature[] outputs) =>
        new ModelContractResolver("tiny", ModelDescription.Parse(json, "test"), new GraphSignature(inputs, outputs)).Resolve();
}
