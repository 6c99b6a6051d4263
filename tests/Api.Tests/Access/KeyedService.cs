using System.Security.Cryptography;
using System.Text;

namespace FcnService.Api.Tests.Access;

/// <summary>A service with keys, an allowed origin and a trusted proxy, which is the tests' own address.</summary>
public sealed class KeyedService : LoggedService
{
    public const string OldKey = "old-3f8a1c5e9b7d";
    public const string NewKey = "new-b29d4e6f8a01";
    public const string LimitedKey = "limited-77aa12cd90ef";
    public const string Origin = "https://app.example";

    protected override Dictionary<string, string> Settings => new()
    {
        ["Access:Keys:0:Name"] = "shop-2024",
        ["Access:Keys:0:Hash"] = HashOf(OldKey),
        ["Access:Keys:1:Name"] = "shop-2025",
        ["Access:Keys:1:Hash"] = HashOf(NewKey).ToUpperInvariant(),
        ["Access:Keys:2:Name"] = "guest",
        ["Access:Keys:2:Hash"] = HashOf(LimitedKey),
        ["Access:Keys:2:RequestsPerMinute"] = "1",
        ["Access:CorsOrigins:0"] = Origin,
        ["Access:TrustedProxies:0"] = "127.0.0.0/8",
        ["Access:TrustedProxies:1"] = "::1",
    };

    /// <summary>Asks for a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="headers">Names and values in turn.</param>
    public static HttpRequestMessage Get(string path, params string[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var header in headers.Chunk(2))
        {
            Assert.True(request.Headers.TryAddWithoutValidation(header[0], header[1]));
        }

        return request;
    }

    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
