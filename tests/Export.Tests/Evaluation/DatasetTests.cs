using FcnService.Export.Evaluation;
using FcnService.Inference.Geometry;

namespace FcnService.Export.Tests.Evaluation;

public sealed class DatasetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_Voc_TakesTheIdsOfTheSplit()
    {
        var dataset = Dataset.Open("voc", folder.Path, folder.Write("val.txt", "2007_000033\n\n2007_000042\n"));

        Assert.Equal(
            [
                new Sample(folder["JPEGImages/2007_000033.jpg"], folder["SegmentationClass/2007_000033.png"]),
                new Sample(folder["JPEGImages/2007_000042.jpg"], folder["SegmentationClass/2007_000042.png"]),
            ],
            dataset.Samples);
    }

    [Fact]
    public void Open_CamVidFolder_PairsPhotosWithTheirGroundTruth()
    {
        Directory.CreateDirectory(folder["val"]);
        folder.Write("val/b.png", "");
        folder.Write("val/a.png", "");

        var dataset = Dataset.Open("camvid", folder.Path, "val");

        Assert.Equal([new Sample(folder["val/a.png"], folder["valannot/a.png"]), new Sample(folder["val/b.png"], folder["valannot/b.png"])], dataset.Samples);
    }

    [Fact]
    public void Open_CamVidList_TakesTheLastTwoPartsOfItsPaths()
    {
        var dataset = Dataset.Open("camvid", folder.Path, folder.Write("val.txt", "/SegNet/CamVid/val/a.png /SegNet/CamVid/valannot/a.png\n"));

        Assert.Equal([new Sample(folder["val/a.png"], folder["valannot/a.png"])], dataset.Samples);
    }

    [Fact]
    public void ReadTruth_VocColours_AreTheirLabels()
    {
        // Background, aeroplane, television, void.
        byte[] colours = [0, 0, 0, 128, 0, 0, 0, 64, 128, 224, 224, 192];

        Assert.Equal([0, 1, 20, 255], ReadTruth("voc", colours, width: 4, size: new ImageSize(4, 1)));
    }

    [Fact]
    public void ReadTruth_CamVidGreys_AreTheirLabels() =>
        Assert.Equal([0, 10, 11], ReadTruth("camvid", [0, 0, 0, 10, 10, 10, 11, 11, 11], width: 3, size: new ImageSize(3, 1)));

    [Fact]
    public void ReadTruth_ColourOfNoLabel_NamesFilePlaceAndColour()
    {
        var fault = Assert.Throws<ExportException>(() => ReadTruth("voc", [0, 0, 0, 1, 2, 3], width: 2, size: new ImageSize(2, 1)));

        Assert.Contains("truth.png", fault.Message);
        Assert.Contains("(1, 2, 3) at column 1, row 0", fault.Message);
    }

    [Fact]
    public void ReadTruth_OtherSize_NamesFileAndBothSizes()
    {
        var fault = Assert.Throws<ExportException>(() => ReadTruth("voc", [0, 0, 0], width: 1, size: new ImageSize(2, 1)));

        Assert.Contains("truth.png is 1×1 pixels; expected 2×1", fault.Message);
    }

    [Fact]
    public void ReadTruth_MissingFile_NamesIt()
    {
        var dataset = Dataset.Open("voc", folder.Path, folder.Write("val.txt", "a\n"));

        var fault = Assert.Throws<ExportException>(() => dataset.ReadTruth(dataset.Samples[0], new ImageSize(1, 1)));

        Assert.Contains("a.png", fault.Message);
    }

    [Theory]
    [InlineData("ade20k", "val.txt", "voc, camvid")]
    [InlineData("voc", "none.txt", "none.txt")]
    [InlineData("camvid", "none", "none")]
    [InlineData("voc", "empty.txt", "names no photo")]
    [InlineData("camvid", "val.txt", "two paths")]
    public void Open_WhatIsNotThere_IsSaid(string name, string split, string said)
    {
        folder.Write("val.txt", "one two three\n");
        folder.Write("empty.txt", "\n");

        var fault = Assert.Throws<ExportException>(() => Dataset.Open(name, folder.Path, name == "camvid" && split == "none" ? split : folder[split]));

        Assert.Contains(said, fault.Message);
    }

    private byte[] ReadTruth(string name, byte[] colours, int width, ImageSize size)
    {
        var path = folder["truth.png"];
        File.WriteAllBytes(path, PngFile.WriteRgb(width, colours.Length / 3 / width, colours));
        var dataset = Dataset.Open(name, folder.Path, name == "voc" ? folder.Write("val.txt", "a\n") : folder.Write("val.txt", "val/a.png valannot/a.png\n"));
        return dataset.ReadTruth(new Sample("photo.jpg", path), size);
    }
}
