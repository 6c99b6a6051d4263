namespace FcnService.Inference.Providers;

/// <summary>A provider cannot be had on this machine.</summary>
/// <param name="message">What is missing and what to do, as the end of a sentence.</param>
/// <param name="inner">How that was noticed.</param>
public sealed class ProviderUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
