using FcnService.Inference.Answers;
using FcnService.Inference.Geometry;
using FcnService.Inference.Labels;
using FcnService.Inference.Tests.Reference;

namespace FcnService.Inference.Tests.Answers;

public sealed class ConfidencePngTests
{
    private static readonly ImageSize Size = new(37, 23);

    [Fact]
    public void Write_AllClasses_IsTheMap() => AssertWritten(names: null, shows: _ => true);

    [Fact]
    public void Write_SomeClasses_IsBlackElsewhere() => AssertWritten(names: ["a", "c"], shows: label => label is 0 or 2);

    private static void AssertWritten(string[]? names, Func<byte, bool> shows)
    {
        using var labels = DrawnMaps.Shapes(Size, classes: 3, seed: 7);
        using var confidence = new ConfidenceMap(Size);
        for (var y = 0; y < Size.Height; y++)
        {
            new Random(y).NextBytes(confidence.Row(y));
        }

        using var file = new MemoryStream();
        ConfidencePng.Write(confidence, labels, new ClassSelection(names, "tiny", Contracts.Of("a", "b", "c")), file);

        var (width, height, pixels) = PngFile.ReadGrey(file.ToArray());
        Assert.Equal(Size, new ImageSize(width, height));
        for (var i = 0; i < pixels.Length; i++)
        {
            Assert.Equal(shows(labels.Labels[i]) ? confidence.Row(i / width)[i % width] : 0, pixels[i]);
        }
    }
}
