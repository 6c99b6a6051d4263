using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FcnService.Load.Harness;

namespace FcnService.Load.Cases;

/// <summary>Clients that send a byte a second, and clients that stop in the middle: nobody else notices, and they do not stay.</summary>
internal sealed class SlowClients : ICase
{
    private const int Each = 200;

    private const int AnnouncedBytes = 1000;

    private static readonly TimeSpan CutOff = TimeSpan.FromSeconds(60);

    public string Name => "slow-clients";

    public TimeSpan Limit => TimeSpan.FromMinutes(5);

    public async Task RunAsync(Findings findings, bool quick, CancellationToken cancellation)
    {
        await using var service = await ServiceProcess.StartReadyAsync(cancellation);
        byte[][] photo = [Request.Segment(Photo.Png(480, 360, seed: 1))];
        var time = TimeSpan.FromSeconds(quick ? 8 : 30);
        await Traffic.ClosedAsync(service.Port, photo, clients: 1, TimeSpan.FromSeconds(5), cancellation);
        var before = await Traffic.ClosedAsync(service.Port, photo, clients: 1, time, cancellation);

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(CutOff);
        // Half of the slow ones are slow from the first byte, half after their headers.
        var (headers, inBody) = (Request.Get("/healthz/live?" + new string('a', 200)), Request.SegmentHead(AnnouncedBytes));
        var slow = Enumerable.Range(0, Each).Select(index => index % 2 == 0
            ? HoldAsync(service.Port, [], headers, patience.Token)
            : HoldAsync(service.Port, inBody, new byte[AnnouncedBytes], patience.Token)).ToList();
        byte[] half = [.. inBody, .. new byte[AnnouncedBytes / 2]];
        var halfClosed = Enumerable.Range(0, Each).Select(_ => HoldAsync(service.Port, half, [], patience.Token)).ToList();
        var during = await Traffic.ClosedAsync(service.Port, photo, clients: 1, time, cancellation);

        var (calm, disturbed) = (before.Percentile(200, 0.99), during.Percentile(200, 0.99));
        var broken = before.Answers.Concat(during.Answers).Count(answer => answer.Status != 200);
        findings.Check(
            $"{Each} slow clients (1 byte/s), {Each} half-closed: a healthy client's p99 within 1.5 ×",
            $"{disturbed.TotalMilliseconds:0} ms, {calm.TotalMilliseconds:0} ms before: {disturbed / calm:0.00} ×; {broken} failed",
            broken == 0 && disturbed <= 1.5 * calm);
        Judge(findings, $"slow ones cut off, within {CutOff.TotalSeconds:0} s", await Task.WhenAll(slow));
        Judge(findings, $"half-closed ones ended, within {CutOff.TotalSeconds:0} s", await Task.WhenAll(halfClosed));
    }

    private static void Judge(Findings findings, string bound, TimeSpan?[] ends)
    {
        var ended = ends.Where(end => end is not null).ToList();
        findings.Check(bound, $"{ended.Count} of {ends.Length}, the last after {ended.Max() ?? default:%s} s", ended.Count == ends.Length);
    }

    // Sends the first bytes at once and the rest at one a second; without a rest, closes its half of the connection. Gives the time after
    // which the service ended the connection, or null if it never did.
    private static async Task<TimeSpan?> HoldAsync(int port, byte[] first, byte[] rest, CancellationToken patience)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var clock = Stopwatch.StartNew();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(patience);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, patience);
            var watching = WatchAsync(socket, clock, ended);
            await SendSlowlyAsync(socket, first, rest, ended.Token);
            return await watching;
        }
        catch (SocketException)
        {
            return clock.Elapsed;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static async Task<TimeSpan?> WatchAsync(Socket socket, Stopwatch clock, CancellationTokenSource ended)
    {
        var buffer = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, ended.Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset: ended as well.
        }

        var time = clock.Elapsed;
        await ended.CancelAsync();
        return time;
    }

    private static async Task SendSlowlyAsync(Socket socket, byte[] first, byte[] rest, CancellationToken ended)
    {
        try
        {
            await socket.SendAsync(first, ended);
            if (rest.Length == 0)
            {
                socket.Shutdown(SocketShutdown.Send);
            }

            for (var at = 0; at < rest.Length; at++)
            {
                await socket.SendAsync(rest.AsMemory(at, 1), ended);
                await Task.Delay(TimeSpan.FromSeconds(1), ended);
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // The service ended the connection, or the time is over: the watch tells which.
        }
    }
}
