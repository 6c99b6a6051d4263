namespace FcnService.Load.Harness;

/// <summary>The service does not start, or does not answer what a case cannot do without.</summary>
internal sealed class ServiceFault(string message) : Exception(message);
