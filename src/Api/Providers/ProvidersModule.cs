using FcnService.Api.Hosting;
using FcnService.Inference.Providers;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Providers;

/// <summary>What networks run on.</summary>
internal static class ProvidersModule
{
    /// <summary>Adds the selection, which is made when it is first asked for: that loads native libraries, and may fail.</summary>
    public static void AddProviders(this WebApplicationBuilder builder)
    {
        builder.AddCheckedOptions<InferenceOptions>("Inference");
        builder.Services.AddSingleton(services =>
            new Lazy<ProviderSelection>(() => services.GetRequiredService<IOptions<InferenceOptions>>().Value.Select()));
    }
}
