using FcnService.Inference.Models;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Hosting;

/// <summary>How the process starts and ends.</summary>
internal static class HostingModule
{
    private const string DefaultAddress = "http://localhost:8080";

    /// <summary>Sets the address to listen on when nothing else does: neither <c>--urls</c>, <c>ASPNETCORE_URLS</c> nor a settings file.</summary>
    public static void AddHosting(this WebApplicationBuilder builder)
    {
        // First in the list is weakest.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = [new("urls", DefaultAddress)] });
    }

    /// <summary>Serves until the process is told to end.</summary>
    /// <returns>0; or 1 after a fault of the configuration, the models or the address, said in plain lines on standard error.</returns>
    public static async Task<int> RunToExitCodeAsync(this WebApplication app)
    {
        try
        {
            await app.RunAsync();
            return Environment.ExitCode;
        }
        catch (OptionsValidationException error)
        {
            return Fail(error.Failures);
        }
        catch (AggregateException errors) when (errors.InnerExceptions.All(error => error is OptionsValidationException))
        {
            return Fail(errors.InnerExceptions.Cast<OptionsValidationException>().SelectMany(error => error.Failures));
        }
        catch (InvalidModelException error)
        {
            return Fail([error.Message]);
        }
        catch (IOException error) when (error.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            return Fail([error.Message]);
        }
    }

    private static int Fail(IEnumerable<string> faults)
    {
        foreach (var fault in faults)
        {
            Console.Error.WriteLine($"FcnService cannot start: {fault}");
        }

        return 1;
    }
}
