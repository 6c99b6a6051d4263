using System.CommandLine;
using System.Runtime.InteropServices;
using FcnService.Load.Harness;

namespace FcnService.Load;

/// <summary>
/// <c>send</c>: small photos to a service that runs already, until it is told to end by SIGTERM; what deploy/verify counts with.
/// </summary>
internal static class SendCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Required = true, Description = "Where the service listens, on the loopback interface." };
        var clients = new Option<int>("--clients") { DefaultValueFactory = _ => 8, Description = "How many send, each one request after another." };
        var command = new Command("send", "Sends small photos until SIGTERM, then prints how many, how many were answered with 200, and the answers by kind.")
        {
            port, clients,
        };
        command.SetAction((arguments, _) => SendAsync(arguments.GetValue(port), arguments.GetValue(clients)));
        return command;
    }

    private static async Task<int> SendAsync(int port, int clients)
    {
        using var stop = new CancellationTokenSource();
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        byte[][] photos = [.. Enumerable.Range(0, 4).Select(seed => Request.Segment(Photo.Png(64, 48, seed)))];
        // What is on its way when the end comes is waited for: it counts like the rest.
        var load = await Traffic.ClosedAsync(port, photos, clients, stop.Token, CancellationToken.None);
        Console.WriteLine($"{load.Answers.Count} {load.Ok} {load.Kinds}");
        return load.Answers.Count == load.Ok ? 0 : 1;
    }
}
