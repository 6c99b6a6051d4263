using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FcnService.Load.Harness;

/// <summary>
/// Sends requests over sockets, a connection each: it costs little of the cores that it shares with the service, reads an answer that
/// comes before the request is sent to its end, and takes no answer for one that is cut short.
/// </summary>
internal static class LoadClient
{
    /// <summary>A socket that is silent for so long hangs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public const string Hung = "hung";

    private static readonly byte[] EndOfHead = "\r\n\r\n"u8.ToArray();

    private static readonly byte[] LastChunk = "0\r\n\r\n"u8.ToArray();

    /// <summary>Sends a request.</summary>
    /// <param name="port">Where to, on the loopback interface.</param>
    /// <param name="request">Its bytes.</param>
    /// <param name="cancellation">Ends the case.</param>
    /// <param name="due">When it should have been sent, as a timestamp; now, if left out.</param>
    public static async Task<Answer> SendAsync(int port, ReadOnlyMemory<byte> request, CancellationToken cancellation, long? due = null)
    {
        var start = due ?? Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, port, limit.Token);
            var sending = SendAllAsync(socket, request, limit.Token);
            var (status, text) = await ReceiveAsync(socket, limit.Token);
            var latency = Stopwatch.GetElapsedTime(start);
            // Nobody waits for the rest of a body that is already refused.
            socket.Close();
            await sending;
            return new Answer(status, text, latency);
        }
        catch (SocketException error)
        {
            return new Answer(0, error.SocketErrorCode.ToString(), Stopwatch.GetElapsedTime(start));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Answer(0, Hung, Stopwatch.GetElapsedTime(start));
        }
    }

    // A server may refuse a request and stop listening to it: that shows in the answer, not here.
    private static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        try
        {
            while (!request.IsEmpty)
            {
                request = request[await socket.SendAsync(request, cancellation)..];
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
        }
    }

    private static async Task<(int Status, string Text)> ReceiveAsync(Socket socket, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            var length = 0;
            do
            {
                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(2 * length);
                    buffer.CopyTo(larger, 0);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }

                var read = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
                if (read == 0)
                {
                    return (0, length == 0 ? "closed without an answer" : "cut short");
                }

                length += read;
            }
            while (!IsComplete(buffer.AsSpan(0, length)));
            return Parse(buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool IsComplete(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf(EndOfHead);
        if (end < 0)
        {
            return false;
        }

        var head = Encoding.ASCII.GetString(answer[..end]);
        var body = answer[(end + EndOfHead.Length)..];
        return ContentLength(head) is { } length ? body.Length >= length : body.EndsWith(LastChunk);
    }

    private static int? ContentLength(string head)
    {
        const string name = "\r\nContent-Length:";
        var at = head.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        var value = head[(at + name.Length)..];
        return int.Parse(value.Split('\r', 2)[0], CultureInfo.InvariantCulture);
    }

    // "HTTP/1.1 200 OK"
    private static (int Status, string Text) Parse(ReadOnlySpan<byte> answer)
    {
        var status = int.Parse(Encoding.ASCII.GetString(answer[9..12]), CultureInfo.InvariantCulture);
        var isMask = status == 200 && answer.IndexOf("image/png"u8) >= 0;
        return (status, isMask ? string.Empty : Encoding.UTF8.GetString(answer[(answer.IndexOf(EndOfHead) + EndOfHead.Length)..]));
    }
}
