using Microsoft.Extensions.Options;

namespace FcnService.Api.Hosting;

/// <summary>Options that are bound to a section of the configuration and checked, all of them, before the service starts.</summary>
internal static class CheckedOptions
{
    /// <summary>Binds a section; keys that the options do not have are faults, so that nothing misspelt is passed over.</summary>
    public static void AddCheckedOptions<TOptions>(this WebApplicationBuilder builder, string section)
        where TOptions : class
    {
        builder.Services.AddOptions<TOptions>()
            .BindConfiguration(section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations();
        builder.Services.AddSingleton<OptionsCheck>(services => () => Check<TOptions>(services));
    }

    /// <summary>Adds a fault that was found while the service was put together.</summary>
    public static void AddFault(this WebApplicationBuilder builder, string fault) =>
        builder.Services.AddSingleton<OptionsCheck>(() => [fault]);

    /// <summary>Checks every section.</summary>
    /// <returns>A sentence for each fault; none if the service can start.</returns>
    public static IReadOnlyList<string> FindFaults(IServiceProvider services) =>
        [.. services.GetServices<OptionsCheck>().SelectMany(check => check())];

    private static IEnumerable<string> Check<TOptions>(IServiceProvider services)
        where TOptions : class
    {
        try
        {
            _ = services.GetRequiredService<IOptions<TOptions>>().Value;
            return [];
        }
        catch (OptionsValidationException invalid)
        {
            return invalid.Failures;
        }
        catch (InvalidOperationException unreadable)
        {
            // The binder's: a value of the wrong type, or an unknown key. That of a list's entry is told by the inner exception alone.
            return [unreadable.InnerException is InvalidOperationException entry ? entry.Message : unreadable.Message];
        }
    }

    private delegate IEnumerable<string> OptionsCheck();
}
