namespace FcnService.Api.Tests.Segmentation;

/// <summary>
/// Over HTTP, real photos score what independent implementations measured for the same weights; other people's models, with the sidecars of
/// docs/own-model.md.
/// </summary>
public sealed class AccuracyTests
{
    private const string DeepLab = "deeplabv3-mobilenet-voc21";
    private const string SiNet = "portrait-sinet";

    [Fact]
    public async Task DefaultModel_OnCamVid_ScoresWhatItsWeightsDo()
    {
        var photos = SharedData.Require("camvid", "val");
        await using var service = new Service();
        await service.InitializeAsync();
        var matrix = new ConfusionMatrix(classes: 11);
        foreach (var photo in Directory.EnumerateFiles(photos, "*.png"))
        {
            var truth = SharedData.Require("camvid", "valannot", Path.GetFileName(photo));
            await AddAsync(service, matrix, photo, "image/png", truth, model: "fcn8s-camvid");
        }

        // PyTorch, same weights: mean IU .6213, pixel accuracy .8982.
        Assert.InRange(matrix.MeanIU, 0.6213 - 0.005, 0.6213 + 0.005);
        Assert.InRange(matrix.PixelAccuracy, 0.8982 - 0.005, 0.8982 + 0.005);
    }

    [Fact]
    public async Task ThirdPartyModel_OnVoc_ScoresWhatAnotherImplementationMeasured()
    {
        var ids = await File.ReadAllLinesAsync(SharedData.Require("voc", "val.txt"), TestContext.Current.CancellationToken);
        await using var service = new WithThirdPartyModel(DeepLab);
        await service.InitializeAsync();
        var matrix = new ConfusionMatrix(classes: 21);
        foreach (var id in ids)
        {
            var photo = SharedData.Require("voc", "JPEGImages", $"{id}.jpg");
            await AddAsync(service, matrix, photo, "image/jpeg", SharedData.Require("voc", "SegmentationClass", $"{id}.png"), DeepLab);
        }

        // Pillow and ONNX Runtime: pixel accuracy .8955, mean IU .534.
        Assert.InRange(matrix.PixelAccuracy, 0.8955 - 0.005, 0.8955 + 0.005);
        Assert.InRange(matrix.MeanIU, 0.534 - 0.01, 0.534 + 0.01);
    }

    [Fact]
    public async Task PortraitModel_OnPeopleOfVoc_FindsThemAsOpenCvDoes()
    {
        var ids = await File.ReadAllLinesAsync(SharedData.Require("voc", "val.txt"), TestContext.Current.CancellationToken);
        await using var service = new WithThirdPartyModel(SiNet);
        await service.InitializeAsync();
        var matrix = new ConfusionMatrix(classes: 2);
        foreach (var id in ids)
        {
            var photo = SharedData.Require("voc", "JPEGImages", $"{id}.jpg");
            await AddAsync(service, matrix, photo, "image/jpeg", SharedData.Require("voc", "SegmentationClass", $"{id}.png"), SiNet, PersonOfVoc);
        }

        // OpenCV's dnn module, its bilinear resizing of photo and probabilities: pixel accuracy .8288, mean IU .6280.
        Assert.InRange(matrix.PixelAccuracy, 0.8288 - 0.005, 0.8288 + 0.005);
        Assert.InRange(matrix.MeanIU, 0.6280 - 0.005, 0.6280 + 0.005);
    }

    // Person is VOC's label 15, 255 is void.
    private static byte PersonOfVoc(byte label) => label switch
    {
        15 => 1,
        255 => 255,
        _ => 0,
    };

    private static async Task AddAsync(
        Service service, ConfusionMatrix matrix, string photo, string mediaType, string truth, string model, Func<byte, byte>? map = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var answer = await service.PostBodyAsync(await File.ReadAllBytesAsync(photo, cancellation), mediaType, $"?model={model}");
        var mask = await SegmentTests.ReadMaskAsync(answer);
        var labels = PngFile.ReadLabels(await File.ReadAllBytesAsync(truth, cancellation));
        matrix.Add(map is null ? labels : [.. labels.Select(map)], mask.Indices);
    }

    /// <summary>A models folder with the default model and one made by others, which a sidecar describes.</summary>
    private sealed class WithThirdPartyModel : Service
    {
        private readonly TemporaryFolder folder = new();

        public WithThirdPartyModel(string model)
        {
            folder.Copy(Path.Combine(SharedData.Repository, "models", "fcn8s-camvid.onnx"), "fcn8s-camvid.onnx");
            folder.Copy(SharedData.Require("models", $"{model}.onnx"), $"{model}.onnx");
            folder.Write($"{model}.model.json", DocumentationPage.Open("docs/own-model.md").BlockAfter($"{model}.model.json").Text);
        }

        protected override Dictionary<string, string> Settings => new() { ["Models:Directory"] = folder.Path };

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            folder.Dispose();
            GC.SuppressFinalize(this);
        }
    }
}
