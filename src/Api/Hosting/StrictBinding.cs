namespace FcnService.Api.Hosting;

/// <summary>Binding that does not pass over a misspelt setting.</summary>
internal static class StrictBinding
{
    public static void Apply(BinderOptions options) => options.ErrorOnUnknownConfiguration = true;
}
