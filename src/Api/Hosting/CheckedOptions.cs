using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Hosting;

/// <summary>Options that are bound to a section of the configuration and checked, all of them, before the service starts.</summary>
internal static class CheckedOptions
{
    /// <summary>Binds a section; keys that the options do not have are faults, so that nothing misspelt is passed over.</summary>
    public static void AddCheckedOptions<TOptions>(this WebApplicationBuilder builder, string section)
        where TOptions : class, new()
    {
        builder.Services.AddOptions<TOptions>().BindConfiguration(section, RefuseUnknownKeys).ValidateDataAnnotations();
        builder.Services.AddSingleton<OptionsCheck>(services => () => Check<TOptions>(services, section));
        builder.Services.AddSingleton(new CheckedSection(section, typeof(TOptions)));
    }

    /// <summary>Adds a fault that was found while the service was put together.</summary>
    public static void AddFault(this WebApplicationBuilder builder, string fault) =>
        builder.Services.AddSingleton<OptionsCheck>(() => [fault]);

    /// <summary>Checks every section.</summary>
    /// <returns>A sentence for each fault; none if the service can start.</returns>
    public static IReadOnlyList<string> FindFaults(IServiceProvider services) =>
        [.. services.GetServices<OptionsCheck>().SelectMany(check => check())];

    private static void RefuseUnknownKeys(BinderOptions binder) => binder.ErrorOnUnknownConfiguration = true;

    private static List<string> Check<TOptions>(IServiceProvider services, string section)
        where TOptions : class, new()
    {
        try
        {
            _ = services.GetRequiredService<IOptions<TOptions>>().Value;
            return [];
        }
        catch (Exception fault) when (fault is OptionsValidationException or InvalidOperationException)
        {
            // The binder stops at its first fault (a value of the wrong type, an unknown key), and the validation wraps its sentences in others.
            return CheckKeyByKey<TOptions>(services.GetRequiredService<IConfiguration>().GetSection(section));
        }
    }

    private static List<string> CheckKeyByKey<TOptions>(IConfigurationSection section)
        where TOptions : class, new()
    {
        var (options, faults) = (new TOptions(), new List<string>());
        foreach (var key in section.GetChildren())
        {
            try
            {
                var alone = new ConfigurationBuilder().AddInMemoryCollection(key.AsEnumerable()).Build();
                alone.GetSection(section.Path).Bind(options, RefuseUnknownKeys);
            }
            catch (InvalidOperationException unreadable)
            {
                // That of a list's entry is told by the inner exception alone.
                faults.Add(unreadable.InnerException is InvalidOperationException entry ? entry.Message : unreadable.Message);
            }
        }

        var invalid = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), invalid, validateAllProperties: true);
        return [.. faults, .. invalid.Select(result => result.ErrorMessage!)];
    }

    private delegate IEnumerable<string> OptionsCheck();
}

/// <summary>A section of the configuration: what docs/operations.md lists is made of these.</summary>
/// <param name="Name">The section's name.</param>
/// <param name="Options">The class that it is bound to; its properties' documentation says what they mean.</param>
internal sealed record CheckedSection(string Name, Type Options);
