using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;

namespace FcnService.Api.Access;

/// <summary>Who may ask, and from where: the section Access.</summary>
internal sealed class AccessOptions : IValidatableObject
{
    /// <summary>The keys, any of which opens the service. Default none: the service is open to everybody who reaches it.</summary>
    public List<KeyOptions> Keys { get; set; } = [];

    /// <summary>
    /// The origins (scheme://host[:port]) whose pages may call the service from a browser; "*" is all. Default none.
    /// </summary>
    public List<string> CorsOrigins { get; set; } = [];

    /// <summary>
    /// The addresses and networks (CIDR) of the proxies whose X-Forwarded-For, -Proto and -Host headers are believed. Default none.
    /// </summary>
    public List<string> TrustedProxies { get; set; } = [];

    /// <summary>The proxies as networks; an address is a network of one.</summary>
    public IEnumerable<IPNetwork> TrustedNetworks => TrustedProxies.Select(proxy => ParseNetwork(proxy)!.Value);

    // All checks stand here: attributes that fail would keep the rest from being looked at.
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        KeyFaults().Concat(OriginFaults()).Concat(ProxyFaults()).Select(fault => new ValidationResult(fault));

    private IEnumerable<string> KeyFaults()
    {
        for (var i = 0; i < Keys.Count; i++)
        {
            foreach (var fault in Keys[i].Faults())
            {
                yield return $"Access:Keys:{i}:{fault}";
            }
        }

        foreach (var name in Repeated(Keys.Select(key => key.Name)))
        {
            yield return $"Access:Keys has more than one key named '{name}'; expected a name for each.";
        }

        foreach (var hash in Repeated(Keys.Select(key => key.Hash)))
        {
            var names = Keys.Where(key => key.Hash.Equals(hash, StringComparison.OrdinalIgnoreCase)).Select(key => $"'{key.Name}'");
            yield return $"Access:Keys has one Hash under several names: {string.Join(", ", names)}.";
        }
    }

    private IEnumerable<string> OriginFaults() => CorsOrigins
        .Where(origin => origin != "*" && !IsOrigin(origin))
        .Select(origin => $"Access:CorsOrigins has '{origin}'; expected scheme://host or scheme://host:port, or *.");

    private IEnumerable<string> ProxyFaults() => TrustedProxies
        .Where(proxy => ParseNetwork(proxy) is null)
        .Select(proxy => $"Access:TrustedProxies has '{proxy}'; expected an address or a network, such as 10.0.0.7 or 10.0.0.0/8.");

    private static IEnumerable<string> Repeated(IEnumerable<string> values) => values
        .Where(value => value.Length > 0)
        .GroupBy(value => value, StringComparer.OrdinalIgnoreCase)
        .Where(group => group.Count() > 1)
        .Select(group => group.Key);

    // As browsers write it; the comparison with theirs is literal.
    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && uri.UserInfo.Length == 0
        && string.Equals(uri.GetLeftPart(UriPartial.Authority), text, StringComparison.OrdinalIgnoreCase);

    private static IPNetwork? ParseNetwork(string text)
    {
        // The parsers also take short and octal forms such as "10" and "010.0.0.1", which mean another address than they look.
        var first = text.Split('/')[0];
        if (!IPAddress.TryParse(first, out var address)
            || (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != first))
        {
            return null;
        }

        if (first == text)
        {
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        return IPNetwork.TryParse(text, out var network) ? network : null;
    }
}
