using FcnService.Inference.Imaging;
using FcnService.Inference.Models;

namespace FcnService.Inference.Tests.Models;

public sealed class ModelCatalogTests
{
    private static readonly string CamVid = Path.Combine(SharedData.Repository, "models", "fcn8s-camvid.onnx");

    [Fact]
    public void Load_FolderOfModels_FindsEachByItsNameInOrder()
    {
        using var folder = new TemporaryFolder();
        folder.Copy(CamVid, "b.onnx");
        folder.Copy(CamVid, "a.onnx");
        folder.Write("notes.txt", "no model");

        using var catalog = Load(folder.Path);

        Assert.Equal(["a", "b"], catalog.Names);
        Assert.Equal(["a", "b"], catalog.Segmenters.Select(segmenter => segmenter.Name));
        Assert.Equal("b", catalog.Find("b")!.Name);
        Assert.Null(catalog.Find("B"));
        Assert.Null(catalog.Find("notes"));
    }

    [Fact]
    public void Load_MissingFolder_NamesIt()
    {
        using var folder = new TemporaryFolder();
        var missing = Path.Combine(folder.Path, "nowhere");

        Assert.Equal($"There is no models folder {missing}.", Assert.Throws<InvalidModelException>(() => Load(missing)).Message);
    }

    [Fact]
    public void Load_EmptyFolder_SaysWhatIsMissing()
    {
        using var folder = new TemporaryFolder();

        Assert.Equal($"There is no model (*.onnx) in {folder.Path}.", Assert.Throws<InvalidModelException>(() => Load(folder.Path)).Message);
    }

    [Fact]
    public void Load_TwoFaultyModelsBesideASoundOne_ReportsBothAndNotTheSoundOne()
    {
        using var folder = new TemporaryFolder();
        folder.Copy(CamVid, "sound.onnx");
        folder.Copy(CamVid, "misdescribed.onnx");
        folder.Write("misdescribed.model.json", """{ "classes": "voc" }""");
        folder.Write("garbage.onnx", "This is no ONNX file.");

        var fault = Assert.Throws<InvalidModelException>(() => Load(folder.Path));

        Assert.Contains("Model 'garbage' cannot be served", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Model 'misdescribed' cannot be served: the description names 21 classes", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("'sound'", fault.Message, StringComparison.Ordinal);
    }

    private static ModelCatalog Load(string folder) =>
        ModelCatalog.Load(folder, new SessionSettings { Threads = 1 }, new ImageDecoder(new ImageLimits()));
}
