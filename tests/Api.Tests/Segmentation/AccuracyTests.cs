namespace FcnService.Api.Tests.Segmentation;

/// <summary>Over HTTP, real photos score what independent implementations measured for the same weights.</summary>
public sealed class AccuracyTests
{
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
        await using var service = new WithThirdPartyModel();
        await service.InitializeAsync();
        var matrix = new ConfusionMatrix(classes: 21);
        foreach (var id in ids)
        {
            var photo = SharedData.Require("voc", "JPEGImages", $"{id}.jpg");
            await AddAsync(service, matrix, photo, "image/jpeg", SharedData.Require("voc", "SegmentationClass", $"{id}.png"), WithThirdPartyModel.Model);
        }

        // Pillow and ONNX Runtime: pixel accuracy .8955, mean IU .534.
        Assert.InRange(matrix.PixelAccuracy, 0.8955 - 0.005, 0.8955 + 0.005);
        Assert.InRange(matrix.MeanIU, 0.534 - 0.01, 0.534 + 0.01);
    }

    private static async Task AddAsync(Service service, ConfusionMatrix matrix, string photo, string mediaType, string truth, string model)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var answer = await service.PostBodyAsync(await File.ReadAllBytesAsync(photo, cancellation), mediaType, $"?model={model}");
        var mask = await SegmentTests.ReadMaskAsync(answer);
        matrix.Add(PngFile.ReadLabels(await File.ReadAllBytesAsync(truth, cancellation)), mask.Indices);
    }

    /// <summary>A models folder with the default model and one made by others, which a sidecar describes.</summary>
    private sealed class WithThirdPartyModel : Service
    {
        public const string Model = "deeplabv3-mobilenet-voc21";

        private const string Sidecar = """
            {
              "input": { "tensor": "sub_7", "channels": "RGB", "mean": [127.5, 127.5, 127.5], "std": [127.5, 127.5, 127.5] },
              "output": { "tensor": "ResizeBilinear_3", "kind": "logits" },
              "fit": "stretch", "classes": "voc", "license": "Apache-2.0"
            }
            """;

        private readonly TemporaryFolder folder = new();

        public WithThirdPartyModel()
        {
            folder.Copy(Path.Combine(SharedData.Repository, "models", "fcn8s-camvid.onnx"), "fcn8s-camvid.onnx");
            folder.Copy(SharedData.Require("models", $"{Model}.onnx"), $"{Model}.onnx");
            folder.Write($"{Model}.model.json", Sidecar);
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
