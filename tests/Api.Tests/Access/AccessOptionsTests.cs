using System.ComponentModel.DataAnnotations;
using System.Net;
using FcnService.Api.Access;

namespace FcnService.Api.Tests.Access;

public sealed class AccessOptionsTests
{
    // What sha256sum prints for no input at all.
    private const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static readonly string Hash = KeyedService.HashOf("a");

    [Fact]
    public void Validate_GoodOptions_HaveNoFault()
    {
        var options = new AccessOptions
        {
            Keys = [Key("a.b-c_1", Hash), Key("other", KeyedService.HashOf("b").ToUpperInvariant(), 60)],
            CorsOrigins = ["https://app.example", "http://localhost:3000", "*"],
            TrustedProxies = ["10.0.0.7", "10.0.0.0/8", "fd00::/8", "::1", "2001:DB8::1"],
        };
        Assert.Empty(FaultsOf(options));
        Assert.Contains(options.TrustedNetworks, network => network.Equals(IPNetwork.Parse("10.0.0.7/32")));
        Assert.Contains(options.TrustedNetworks, network => network.Equals(IPNetwork.Parse("::1/128")));
    }

    [Fact]
    public void Validate_ManyFaults_NamesEach()
    {
        var options = new AccessOptions
        {
            Keys = [Key("", "abc"), Key("two words", Hash, 0)],
            CorsOrigins = ["app.example"],
            TrustedProxies = ["proxy"],
        };
        Assert.Equal(
            [
                "Access:Keys:0:Name", "Access:Keys:0:Hash", "Access:Keys:1:Name", "Access:Keys:1:RequestsPerMinute",
                "Access:CorsOrigins", "Access:TrustedProxies",
            ],
            FaultsOf(options).Select(fault => fault[..fault.IndexOf(' ', StringComparison.Ordinal)]));
    }

    [Fact]
    public void Validate_HashOfAnotherForm_IsNotQuoted()
    {
        foreach (var hash in new[] { "my-secret", Hash[1..], Hash + "0", "g" + Hash[1..] })
        {
            var fault = Assert.Single(FaultsOf(new AccessOptions { Keys = [Key("a", hash)] }));
            Assert.Contains($"Hash has {hash.Length} characters", fault, StringComparison.Ordinal);
            Assert.DoesNotContain(hash, fault, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Validate_HashOfNothing_IsAFault() =>
        Assert.Contains(
            "empty key",
            Assert.Single(FaultsOf(new AccessOptions { Keys = [Key("a", Empty)] })),
            StringComparison.Ordinal);

    [Fact]
    public void Validate_NameOrHashTwice_IsAFault()
    {
        var twins = new AccessOptions { Keys = [Key("a", Hash), Key("A", KeyedService.HashOf("b")), Key("c", Hash.ToUpperInvariant())] };
        var faults = FaultsOf(twins);
        Assert.Equal(2, faults.Count);
        Assert.Contains("named 'a'", faults[0], StringComparison.Ordinal);
        Assert.Contains("'a', 'c'", faults[1], StringComparison.Ordinal);
        Assert.DoesNotContain(Hash, faults[1], StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("")]
    [InlineData("https://app.example/")]
    [InlineData("https://app.example/page")]
    [InlineData("https://user@app.example")]
    [InlineData("https://*.app.example")]
    [InlineData("ftp://app.example")]
    [InlineData("null")]
    public void Validate_NoOrigin_IsAFault(string origin) =>
        Assert.Contains($"'{origin}'", Assert.Single(FaultsOf(new AccessOptions { CorsOrigins = [origin] })), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("010.0.0.1")]
    [InlineData("10/8")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("10.0.0.0/33")]
    [InlineData("localhost")]
    public void Validate_NoNetwork_IsAFault(string proxy) =>
        Assert.Contains($"'{proxy}'", Assert.Single(FaultsOf(new AccessOptions { TrustedProxies = [proxy] })), StringComparison.Ordinal);

    private static KeyOptions Key(string name, string hash, int? requestsPerMinute = null) =>
        new() { Name = name, Hash = hash, RequestsPerMinute = requestsPerMinute };

    private static List<string> FaultsOf(AccessOptions options) =>
        [.. options.Validate(new ValidationContext(options)).Select(fault => fault.ErrorMessage!)];
}
