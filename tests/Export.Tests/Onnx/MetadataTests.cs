using System.Text.Json.Nodes;
using FcnService.Export.Networks;
using FcnService.Export.Onnx;
using FcnService.Export.Weights;
using FcnService.Inference.Models;

namespace FcnService.Export.Tests.Onnx;

public sealed class MetadataTests
{
    private static readonly Network TwoClasses = Fcn.Fcn8s(classes: 2, width: 1.0 / 64, fcChannels: 1);

    [Fact]
    public void Describe_Network_SaysHowImagesGoInAndClassesComeOut()
    {
        var expected = JsonNode.Parse("""
            {
              "input": {"tensor": "image", "layout": "NCHW", "channels": "BGR", "mean": [104.00699, 116.66877, 122.67892], "std": [1, 1, 1]},
              "output": {"tensor": "logits", "layout": "NCHW", "kind": "logits"},
              "multipleOf": 32, "maxSide": 1024, "void": 255, "classes": ["cat", "dog"], "palette": "voc", "license": "MIT"
            }
            """);

        var actual = JsonNode.Parse(Metadata.Describe(TwoClasses, NamingScheme.Authors.Input, ["cat", "dog"], "MIT").ToJson());

        Assert.True(JsonNode.DeepEquals(expected, actual), actual!.ToJsonString());
    }

    [Fact]
    public void Describe_Labels_SaysThatTheyComeOut()
    {
        var output = Metadata.Describe(TwoClasses, NamingScheme.Authors.Input, ["cat", "dog"], license: null, kind: OutputKind.Labels).Output;

        Assert.Equal(new OutputDescription { Tensor = "labels", Kind = OutputKind.Labels }, output);
    }

    [Fact]
    public void Describe_NoLicense_SaysNothingOfIt() =>
        Assert.DoesNotContain("license", Metadata.Describe(TwoClasses, NamingScheme.Authors.Input, ["cat", "dog"], license: null).ToJson());

    [Fact]
    public void Describe_OtherNumberOfNames_Throws()
    {
        var fault = Assert.Throws<ExportException>(() => Metadata.Describe(TwoClasses, NamingScheme.Authors.Input, ["cat"], license: null)).Message;

        Assert.Equal("There are 1 class names; expected 2, one for each class of fcn8s.", fault);
    }
}
