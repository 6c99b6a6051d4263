using System.Net.Sockets;
using System.Text;

namespace FcnService.Api.Tests.Access;

/// <summary>A connection on which the bytes are the test's own.</summary>
internal sealed class RawConnection(string host, int port) : IDisposable
{
    private readonly NetworkStream stream = new(Connect(host, port), ownsSocket: true);

    public Task SendAsync(string text) => SendAsync(Encoding.ASCII.GetBytes(text));

    public Task SendAsync(ReadOnlyMemory<byte> bytes) => stream.WriteAsync(bytes, TestContext.Current.CancellationToken).AsTask();

    /// <summary>Sends no more, but still listens.</summary>
    public void CloseHalf() => stream.Socket.Shutdown(SocketShutdown.Send);

    /// <summary>Sends a request and waits for the beginning of its answer.</summary>
    /// <returns>Nothing if the server closes the connection instead.</returns>
    public async Task<string> AskAsync(string request)
    {
        var buffer = new byte[1024];
        try
        {
            await SendAsync(request);
            return Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, TestContext.Current.CancellationToken));
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }

    /// <summary>Reads until a text has come.</summary>
    /// <exception cref="EndOfStreamException">It does not come before the connection's end.</exception>
    public async Task<string> ReadUntilAsync(string text)
    {
        var (answer, next) = (new StringBuilder(), new byte[1]);
        while (!answer.ToString().EndsWith(text, StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(next, TestContext.Current.CancellationToken);
            answer.Append((char)next[0]);
        }

        return answer.ToString();
    }

    /// <summary>Reads until the server closes the connection, for a minute at most.</summary>
    /// <exception cref="OperationCanceledException">It does not close it.</exception>
    public async Task<string> ReadToEndAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer, limit.Token);
        }
        catch (IOException)
        {
            // Reset: closed all the same.
        }

        return Encoding.ASCII.GetString(answer.ToArray());
    }

    /// <summary>Sends a byte at a time until the server closes the connection, for a minute at most.</summary>
    /// <returns>What the server said before that.</returns>
    public async Task<string> TrickleAsync(TimeSpan pause)
    {
        var answer = ReadToEndAsync();
        while (!answer.IsCompleted)
        {
            try
            {
                await SendAsync("x");
            }
            catch (IOException)
            {
                break;
            }

            await Task.WhenAny(answer, Task.Delay(pause, TestContext.Current.CancellationToken));
        }

        return await answer;
    }

    public void Dispose() => stream.Dispose();

    private static Socket Connect(string host, int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(host, port);
        return socket;
    }
}
