using System.Net;
using System.Net.Http.Json;
using FcnService.Api.Models;

namespace FcnService.Api.Tests.Models;

public sealed class ModelReloadTests : IDisposable
{
    private static readonly string DefaultModel = Path.Combine(SharedData.Repository, "models", "fcn8s-camvid.onnx");

    private readonly TemporaryFolder folder = new();

    public ModelReloadTests() => folder.Copy(DefaultModel, "fcn8s-camvid.onnx");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Watch_NewFile_IsServed()
    {
        await using var service = await StartAsync();

        folder.Copy(DefaultModel, "second.part");
        folder.Write("second.model.json", """{ "maxSide": 96 }""");
        File.Move(folder["second.part"], folder["second.onnx"]);

        var models = await WaitUntilAsync(service, models => models.Count == 2);
        Assert.Equal(new SizeInfo("pad", MultipleOf: 32, MaxSide: 96), models.Single(model => model.Name == "second").Size);
        using var answer = await service.PostBodyAsync(Service.Draw(40, 40), query: "?model=second");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Watch_ChangedSidecar_ReplacesTheModelWithoutAFailedRequest()
    {
        await using var service = await StartAsync();
        using var done = new CancellationTokenSource();
        var load = Task.Run(async () =>
        {
            var answered = 0;
            for (; !done.IsCancellationRequested; answered++)
            {
                using var answer = await service.PostBodyAsync(Service.Draw(40, 40));
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }

            return answered;
        }, Cancellation);

        folder.Write("fcn8s-camvid.model.json", """{ "maxSide": 128 }""");
        await WaitUntilAsync(service, models => models[0].Size.MaxSide == 128);
        await done.CancelAsync();

        Assert.True(await load > 0);
    }

    [Fact]
    public async Task Watch_ChangedSidecar_MakesOtherTags()
    {
        await using var service = await StartAsync();
        using var before = await service.PostBodyAsync(Service.Draw(40, 40));

        folder.Write("fcn8s-camvid.model.json", """{ "maxSide": 128 }""");
        await WaitUntilAsync(service, models => models[0].Size.MaxSide == 128);

        using var after = await service.PostBodyAsync(Service.Draw(40, 40));
        Assert.NotEqual(before.Headers.ETag, after.Headers.ETag);
    }

    [Fact]
    public async Task Watch_Garbage_LeavesTheOldModelServingAndTellsWhy()
    {
        await using var service = await StartAsync();

        folder.Write("fcn8s-camvid.onnx", "no model");

        var models = await WaitUntilAsync(service, models => models[0].Fault is not null);
        Assert.Contains("fcn8s-camvid.onnx", models[0].Fault, StringComparison.Ordinal);
        using var answer = await service.PostBodyAsync(Service.Draw(40, 40));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        folder.Write("fcn8s-camvid.onnx", "");
        File.Copy(DefaultModel, folder["fcn8s-camvid.onnx"], overwrite: true);
        await WaitUntilAsync(service, models => models[0].Fault is null);
    }

    [Fact]
    public async Task Watch_RemovedFile_IsWithdrawn()
    {
        folder.Copy(DefaultModel, "second.onnx");
        await using var service = await StartAsync();

        File.Delete(folder["second.onnx"]);

        await WaitUntilAsync(service, models => models.Count == 1);
        using var answer = await service.PostBodyAsync(Service.Draw(40, 40), query: "?model=second");
        await Service.ReadProblemAsync(answer, 404, "unknown-model");
    }

    [Fact]
    public async Task Reload_WithAdministration_AnswersTheModelOrItsFault()
    {
        await using var service = await StartAsync(administration: true, watchSeconds: 0);
        folder.Write("fcn8s-camvid.model.json", """{ "maxSide": 160 }""");

        using var good = await service.Client.PostAsync("/models/fcn8s-camvid/reload", null, Cancellation);
        Assert.Equal(160, (await good.Content.ReadFromJsonAsync<ModelInfo>(Cancellation))!.Size.MaxSide);

        folder.Write("fcn8s-camvid.model.json", """{ "maxSide": -1 }""");
        using var bad = await service.Client.PostAsync("/models/fcn8s-camvid/reload", null, Cancellation);
        Assert.Contains("\"maxSide\" is -1", await Service.ReadProblemAsync(bad, 409, "unservable-model"), StringComparison.Ordinal);

        using var unknown = await service.Client.PostAsync("/models/none/reload", null, Cancellation);
        await Service.ReadProblemAsync(unknown, 404, "unknown-model");
    }

    [Fact]
    public async Task Reload_WithoutAdministration_IsNotThere()
    {
        await using var service = await StartAsync();

        using var answer = await service.Client.PostAsync("/models/fcn8s-camvid/reload", null, Cancellation);

        await Service.ReadProblemAsync(answer, 404, "not-found");
    }

    private static async Task<IReadOnlyList<ModelInfo>> WaitUntilAsync(Service service, Func<IReadOnlyList<ModelInfo>, bool> condition)
    {
        for (var attempt = 0; attempt < 300; attempt++)
        {
            var list = await service.Client.GetFromJsonAsync<ModelList>("/models", Cancellation);
            if (condition(list!.Models))
            {
                return list.Models;
            }

            await Task.Delay(100, Cancellation);
        }

        throw new TimeoutException("The models did not become what was expected within 30 s.");
    }

    private async Task<Service> StartAsync(bool administration = false, double watchSeconds = 0.2)
    {
        var service = new WithFolder(new()
        {
            ["Models:Directory"] = folder.Path,
            ["Models:Administration"] = $"{administration}",
            ["Models:WatchSeconds"] = watchSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture),
        });
        await service.InitializeAsync();
        return service;
    }

    private sealed class WithFolder(Dictionary<string, string> settings) : Service
    {
        protected override Dictionary<string, string> Settings => settings;
    }
}
