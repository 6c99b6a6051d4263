using FcnService.Inference.Masks;
using FcnService.Inference.Models;

namespace FcnService.Inference.Tests.Models;

public sealed class ModelDescriptionTests
{
    [Fact]
    public void Parse_EveryKey_IsRead()
    {
        var description = ModelDescription.Parse(
            """
            {
              // Comments and trailing commas are for people who write sidecars by hand.
              "input": { "tensor": "x", "layout": "NHWC", "channels": "BGR", "mean": [1, 2.5, 3], "std": [4, 5, 6], "size": [257, 513] },
              "output": { "tensor": "y", "layout": "NCHW", "kind": "probabilities", "upsample": { "factor": 8, "offset": 31 } },
              "fit": "letterbox", "multipleOf": 32, "maxSide": 640, "void": 11,
              "classes": ["sky", "ground"], "palette": [[1, 2, 3], [4, 5, 6]], "license": "MIT",
            }
            """,
            "test");

        Assert.Equal(("x", TensorLayout.Nhwc, ChannelOrder.Bgr), (description.Input!.Tensor, description.Input.Layout, description.Input.Channels));
        Assert.Equal([1, 2.5f, 3], description.Input.Mean!);
        Assert.Equal([4, 5, 6], description.Input.Std!);
        Assert.Equal([257, 513], description.Input.Size!);
        Assert.Equal(
            new OutputDescription { Tensor = "y", Layout = TensorLayout.Nchw, Kind = OutputKind.Probabilities, Upsample = new(8, 31) },
            description.Output);
        Assert.Equal((Fit.Letterbox, 32, 640), (description.Fit, description.MultipleOf, description.MaxSide));
        Assert.Equal((11, "MIT"), (description.Void, description.License));
        Assert.Equal(["sky", "ground"], description.Classes!);
        Assert.Equal([new Rgb(1, 2, 3), new(4, 5, 6), .. Palette.Voc.Colours.Skip(2)], description.Palette!.Colours);
    }

    [Fact]
    public void Parse_EmptyObject_LeavesEverythingOpen() => Assert.Equal(new ModelDescription(), ModelDescription.Parse("{}", "test"));

    [Fact]
    public void Merge_TwoLayers_TheLaterWinsKeyByKeyNestedToo()
    {
        var description = ModelDescription.Merge(
        [
            (
                """
                {
                  "input": { "channels": "BGR", "mean": [1, 2, 3] }, "output": { "upsample": { "factor": 8, "offset": 31 } },
                  "maxSide": 1024, "license": "MIT"
                }
                """,
                "below"),
            ("""{ "input": { "mean": [7, 8, 9] }, "output": { "upsample": { "factor": 16 } }, "maxSide": 512 }""", "above"),
        ]);

        Assert.Equal(ChannelOrder.Bgr, description.Input!.Channels);
        Assert.Equal([7, 8, 9], description.Input.Mean!);
        Assert.Equal(512, description.MaxSide);
        Assert.Equal("MIT", description.License);
        Assert.Equal(new Upsampling(16, 31), description.Output!.Upsample);
    }

    [Theory]
    [InlineData("""{ "inputs": {} }""", "inputs")]
    [InlineData("""{ "input": { "means": [1, 2, 3] } }""", "means")]
    [InlineData("""{ "classes": "imagenet" }""", "\"imagenet\" is no known class set; expected a list of names or one of: voc, camvid")]
    [InlineData("""{ "classes": 21 }""", "\"classes\" is neither a list of names nor one of: voc, camvid")]
    [InlineData("""{ "classes": ["sky", 2] }""", "\"classes\" is neither a list of names nor one of: voc, camvid")]
    [InlineData("""{ "classes": ["sky", null] }""", "\"classes\" is neither a list of names nor one of: voc, camvid")]
    [InlineData("""{ "palette": 5 }""", "\"palette\" is neither \"voc\" nor a list of [red, green, blue]")]
    [InlineData("""{ "palette": [[0.5, 1, 2]] }""", "\"palette\" is neither \"voc\" nor a list of [red, green, blue]")]
    [InlineData("""{ "palette": "rainbow" }""", "\"rainbow\" is no known palette; expected \"voc\"")]
    [InlineData("""{ "palette": [[1, 2, 3], [1, 2]] }""", "colour 1 of the palette is [1, 2]; expected three numbers from 0 to 255")]
    [InlineData("""{ "palette": [[1, 2, 256]] }""", "colour 0 of the palette is [1, 2, 256]")]
    [InlineData("""{ "input": { "layout": "CHW" } }""", "input.layout")]
    [InlineData("""{ "maxSide": "1024" }""", "maxSide")]
    [InlineData("""[1, 2]""", "expected an object")]
    [InlineData("""null""", "expected an object")]
    [InlineData("""{ "maxSide": 1 """, "BytePositionInLine")]
    [InlineData("""{ "maxSide": 1, "maxSide": 2 }""", "maxSide")]
    public void Merge_FaultyLayer_NamesItsSourceAndTheFault(string json, string expected)
    {
        var fault = Assert.Throws<InvalidModelException>(() => ModelDescription.Merge([("{}", "the metadata"), (json, "the sidecar")]));

        Assert.StartsWith("the sidecar is not a model description: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_KeysOfOtherCase_AreTheSameKeys()
    {
        var merged = ModelDescription.Merge([("""{ "input": { "tensor": "image", "mean": [1, 2, 3] } }""", "file"), ("""{ "Input": { "Channels": "BGR" } }""", "sidecar")]);

        Assert.Equal(("image", ChannelOrder.Bgr), (merged.Input!.Tensor, merged.Input.Channels));
        Assert.Equal([1f, 2, 3], merged.Input.Mean!);
    }

    [Fact]
    public void Parse_PaletteOfMoreThan256Colours_IsAFault()
    {
        var colours = string.Join(", ", Enumerable.Repeat("[0, 0, 0]", 257));

        var fault = Assert.Throws<InvalidModelException>(() => ModelDescription.Parse($"{{ \"palette\": [{colours}] }}", "test"));

        Assert.Contains("257 colours; expected at most 256", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("voc", 21, "background", "tvmonitor")]
    [InlineData("VOC", 21, "background", "tvmonitor")]
    [InlineData("camvid", 11, "sky", "bicyclist")]
    public void Parse_ClassSet_IsItsNames(string name, int count, string first, string last)
    {
        var classes = ModelDescription.Parse($"{{ \"classes\": \"{name}\" }}", "test").Classes!;

        Assert.Equal((count, first, last), (classes.Count, classes[0], classes[^1]));
    }

    [Fact]
    public void ToJson_ReadAgain_IsTheSameText()
    {
        var json = new ModelDescription
        {
            Input = new InputDescription { Layout = TensorLayout.Nhwc, Channels = ChannelOrder.Bgr, Mean = [104.00699f, 1, 2], Size = [3, 4] },
            Output = new OutputDescription { Kind = OutputKind.Labels, Upsample = new Upsampling(8, 31) },
            Fit = Fit.Stretch,
            Void = 0,
            Classes = ["a", "ü"],
            Palette = new Palette([new(1, 2, 3)]),
        }.ToJson();

        Assert.Equal(json, ModelDescription.Parse(json, "test").ToJson());
        Assert.Contains("\"mean\":[104.00699,1,2]", json, StringComparison.Ordinal);
        Assert.DoesNotContain("maxSide", json, StringComparison.Ordinal);
    }

    [Fact]
    public void ToJson_VocPalette_IsItsName() =>
        Assert.Equal("""{"palette":"voc"}""", ModelDescription.Parse("""{ "palette": "VOC" }""", "test").ToJson());
}
