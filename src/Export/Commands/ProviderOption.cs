using System.CommandLine;
using FcnService.Inference.Providers;

namespace FcnService.Export.Commands;

/// <summary><c>--provider auto|cuda|cpu</c>: what networks run on, as the service's setting <c>Inference:Provider</c> has it.</summary>
internal static class ProviderOption
{
    private static readonly WordOption<ProviderChoice> Choice = new(
        "--provider",
        "What the network runs on: auto, CUDA where the provider's library and a device are there, else the processor; cuda or nothing; or cpu.",
        ("auto", ProviderChoice.Auto),
        ("cuda", ProviderChoice.Cuda),
        ("cpu", ProviderChoice.Cpu));

    /// <summary>The option.</summary>
    public static Option Option => Choice;

    /// <summary>Selects what a command line asks for, and says on the error output what that came to.</summary>
    /// <exception cref="ExportException">CUDA is asked for and cannot be had.</exception>
    public static ExecutionProvider Select(ParseResult arguments)
    {
        try
        {
            var (provider, reason) = ProviderSelection.Select(Choice.Read(arguments), new CudaSettings());
            arguments.InvocationConfiguration.Error.WriteLine($"The network runs on {provider.Name}, {provider.Device}: {reason}");
            return provider;
        }
        catch (ProviderUnavailableException missing)
        {
            throw new ExportException($"--provider is cuda, but {missing.Message}", missing);
        }
    }
}
