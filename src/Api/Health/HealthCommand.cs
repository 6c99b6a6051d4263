namespace FcnService.Api.Health;

/// <summary>
/// <c>FcnService.Api healthcheck ADDRESS</c>: the health check of a container, whose image has no other program that could ask.
/// </summary>
internal static class HealthCommand
{
    /// <summary>The first argument that asks for it.</summary>
    public const string Name = "healthcheck";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks a probe.</summary>
    /// <param name="address">As in http://localhost:8080/healthz/ready.</param>
    /// <returns>0 if it answers with a status of 200 to 299 within 5 s; else 1, with the reason on standard error.</returns>
    public static async Task<int> RunAsync(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var probe) || probe.Scheme is not ("http" or "https"))
        {
            return Fail($"'{address}' is no address; expected one such as http://localhost:8080/healthz/ready.");
        }

        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(probe);
            return answer.IsSuccessStatusCode ? 0 : Fail($"{address} answers {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        }
        catch (HttpRequestException error)
        {
            return Fail($"{address} does not answer: {error.Message}");
        }
        catch (TaskCanceledException)
        {
            return Fail($"{address} does not answer within {Patience.TotalSeconds:0} s.");
        }
    }

    private static int Fail(string reason)
    {
        Console.Error.WriteLine(reason);
        return 1;
    }
}
