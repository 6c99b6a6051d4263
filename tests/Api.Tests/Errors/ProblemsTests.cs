using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using FcnService.Api.Errors;

namespace FcnService.Api.Tests.Errors;

public sealed partial class ProblemsTests(Service service) : IClassFixture<Service>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Explain_EveryType_LeadsToItsExplanation()
    {
        foreach (var kind in ProblemKind.All)
        {
            Assert.Equal(kind, await service.Client.GetFromJsonAsync<ProblemKind>(kind.Type, Cancellation));
        }
    }

    [Fact]
    public async Task Explain_UnknownType_IsNotFound()
    {
        using var answer = await service.Client.GetAsync("/problems/none", Cancellation);
        Assert.Contains("missing-image", await Service.ReadProblemAsync(answer, 404, "not-found"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documentation_Table_IsTheTableInCode()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(SharedData.Repository, "docs", "errors.md"), Cancellation);
        var rows = TableRow().Matches(page).Select(row => (row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value));
        Assert.Equal(ProblemKind.All.Select(kind => ($"{kind.Status}", kind.Type, $"{kind.Title} {kind.Explanation}")), rows);
    }

    [Theory]
    [InlineData("GET", "/nothing/here", 404, "not-found")]
    [InlineData("GET", "/segment", 405, "method-not-allowed")]
    [InlineData("DELETE", "/models", 405, "method-not-allowed")]
    public async Task Request_ThatNoEndpointTakes_IsAProblem(string method, string path, int status, string name)
    {
        using var answer = await service.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Cancellation);
        await Service.ReadProblemAsync(answer, status, name);
    }

    [Fact]
    public async Task Request_ThatAcceptsOnlyPictures_IsToldTheProblemAllTheSame()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/segment?model=none");
        request.Headers.Accept.ParseAdd("image/png");
        using var answer = await service.Client.SendAsync(request, Cancellation);
        await Service.ReadProblemAsync(answer, (int)HttpStatusCode.NotFound, "unknown-model");
    }

    [GeneratedRegex(@"^\| (\d{3}) \| `([^`]+)` \| (.+) \|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
