namespace FcnService.Api.Tests.Segmentation;

/// <summary>What src/Export makes of a folder of photos are the service's own answers.</summary>
public sealed class FolderTests(Service service) : IClassFixture<Service>
{
    [Theory]
    [InlineData("", "", ".png")]
    [InlineData("--as color --classes car,Tree", "?output=color&classes=car,Tree", ".png")]
    [InlineData("--as overlay --alpha 0.3 --outlines", "?output=overlay&alpha=0.3&outlines=true", ".jpg")]
    [InlineData("--as confidence", "?output=confidence", ".png")]
    [InlineData("--as json --regions rle", "?output=json&regions=rle", ".json")]
    [InlineData("--as npy --npy probabilities --classes road", "?output=npy&npy=probabilities&classes=road", ".npy")]
    public async Task Segment_As_WritesWhatThePostAnswers(string options, string query, string extension)
    {
        await Shell.RequireAsync("dotnet --version", "dotnet");
        var photo = Service.Draw(97, 61);
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["photos"]);
        await File.WriteAllBytesAsync(folder["photos/a.png"], photo, TestContext.Current.CancellationToken);

        var program = Path.Combine(AppContext.BaseDirectory, "FcnService.Export.dll");
        var (exitCode, output) = await Shell.RunAsync($"dotnet '{program}' segment photos --output made --provider cpu {options}", folder.Path);

        Assert.True(exitCode == 0, output);
        using var answer = await service.PostBodyAsync(photo, query: query);
        Assert.Equal(
            await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken),
            await File.ReadAllBytesAsync(folder[$"made/a.png{extension}"], TestContext.Current.CancellationToken));
    }
}
