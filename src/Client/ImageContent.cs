using System.Net;

namespace FcnService.Client;

/// <summary>A stream on its way into a request, a buffer at a time. Remembers whether it was the stream that failed, not the network.</summary>
/// <param name="stream">The stream, from where it stands to its end.</param>
/// <param name="leaveOpen">Whether it stays the caller's.</param>
/// <param name="onRead">Is called before the first byte is read.</param>
internal sealed class ImageContent(Stream stream, bool leaveOpen = false, Action? onRead = null) : HttpContent
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Why the stream could not be read.</summary>
    public Exception? Fault { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        onRead?.Invoke();
        var buffer = new byte[BufferBytes];
        while (await ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = stream.CanSeek ? stream.Length - stream.Position : 0;
        return stream.CanSeek;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !leaveOpen)
        {
            stream.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadAsync(byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            return await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Fault = fault;
            throw;
        }
    }
}
