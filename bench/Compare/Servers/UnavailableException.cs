namespace FcnService.Compare.Servers;

/// <summary>Something is not there without which a contender is left out; the message says what to install or to give.</summary>
internal sealed class UnavailableException(string message) : Exception(message);
