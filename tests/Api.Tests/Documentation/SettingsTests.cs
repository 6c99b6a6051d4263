using System.Text.RegularExpressions;
using FcnService.Api.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FcnService.Api.Tests.Documentation;

public sealed partial class SettingsTests(Service service) : IClassFixture<Service>
{
    private const string Begin = "<!-- settings: written by tests/Api.Tests -->";
    private const string End = "<!-- end of settings -->";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private SettingsTable Table => new(service.Services.GetServices<CheckedSection>());

    /// <summary>With FCN_WRITE_DOCS=1 the table is written instead.</summary>
    [Fact]
    public async Task Documentation_Table_IsWhatTheCodeSays()
    {
        var path = Path.Combine(SharedData.Repository, "docs", "operations.md");
        var page = await File.ReadAllTextAsync(path, Cancellation);
        var (from, to) = (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, page.IndexOf(End, StringComparison.Ordinal));
        Assert.True(from >= Begin.Length && to > from, $"{path} lacks the lines '{Begin}' and '{End}', in this order.");
        if (Environment.GetEnvironmentVariable("FCN_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(path, $"{page[..from]}\n\n{Table}\n\n{page[to..]}", Cancellation);
            return;
        }

        Assert.Equal(Table.ToString(), page[from..to].Trim());
    }

    [Fact]
    public void Documentation_StatedDefaults_AreThoseOfTheCode()
    {
        var stating = Table.Settings.Where(setting => setting.Stated is not null).ToList();

        Assert.NotEmpty(stating);
        Assert.All(stating, setting => Assert.Equal(setting.Default, setting.Stated, ignoreCase: true));
    }

    [Fact]
    public void ShippedSettings_ThatNameASetting_RepeatItsDefault()
    {
        var shipped = new ConfigurationBuilder().AddJsonFile(Path.Combine(SharedData.Repository, "src", "Api", "appsettings.json")).Build();

        Assert.All(
            Table.Settings.Where(setting => shipped.GetSection(setting.Name).Exists()),
            setting => Assert.Equal(setting.Default, shipped[setting.Name] is { Length: > 0 } value ? value : Setting.None, ignoreCase: true));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/access.md")]
    [InlineData("docs/batch.md")]
    public async Task Documentation_OtherTables_HaveTheDefaultsOfTheCode(string page)
    {
        var rows = SettingRow().Matches(await File.ReadAllTextAsync(Path.Combine(SharedData.Repository, page), Cancellation)).ToList();
        var defaults = Table.Settings.ToDictionary(setting => setting.Name, setting => setting.Default);

        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Equal(defaults[row.Groups["name"].Value], row.Groups["default"].Value.Trim('`', ' '), ignoreCase: true));
    }

    [GeneratedRegex(@"^\| `(?<name>\w+:\w+)` \| (?<default>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex SettingRow();
}
