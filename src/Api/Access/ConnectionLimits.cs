using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Access;

/// <summary>
/// Gives the server its limits just before it starts. The server itself is made earlier, together with the application, when the settings
/// are not checked yet.
/// </summary>
internal sealed class ConnectionLimits(IOptions<KestrelServerOptions> server, IOptions<ConnectionsOptions> connections) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next)
    {
        connections.Value.Apply(server.Value.Limits);
        return next;
    }
}
