using System.Net.Http.Json;
using FcnService.Api.Models;

namespace FcnService.Api.Tests.Models;

public sealed class ModelsTests(Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task List_DefaultModel_IsDescribed()
    {
        var list = await service.Client.GetFromJsonAsync<ModelList>("/models", TestContext.Current.CancellationToken);
        Assert.Equal("fcn8s-camvid", list!.Default);
        var model = Assert.Single(list.Models);
        Assert.Equal("fcn8s-camvid", model.Name);
        Assert.Equal(11, model.Classes.Count);
        Assert.Equal(("sky", "bicyclist"), (model.Classes[0], model.Classes[^1]));
        Assert.Equal(255, model.Void);
        Assert.Equal(256, model.Palette.Count);
        Assert.Equal(("#000000", "#800000", "#e0e0c0"), (model.Palette[0], model.Palette[1], model.Palette[255]));
        Assert.Equal(new SizeInfo("pad", MultipleOf: 32, MaxSide: 1024), model.Size);
        Assert.Equal("cpu", model.Provider);
        Assert.Contains("CC BY-NC", model.License, StringComparison.Ordinal);
    }
}
