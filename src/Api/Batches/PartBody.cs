using FcnService.Api.Errors;

namespace FcnService.Api.Batches;

/// <summary>A part of a form as it arrives; tells when all of it has, so that the next part can be read while this one is worked on.</summary>
internal sealed class PartBody(Stream part) : Stream
{
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the part has been read to its end.</summary>
    public Task Ended => ended.Task;

    /// <summary>Whether the form, or the connection, breaks off in this part, so that there is none after it.</summary>
    public bool IsBroken { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether an exception says that a form cannot be read, rather than that its client is too slow or sends too much.</summary>
    public static bool IsMalformed(Exception error) => error is InvalidDataException or (IOException and not BadHttpRequestException);

    /// <summary>The problem for the client.</summary>
    public static ProblemException Malformed(Exception error) => new(ProblemKind.MalformedBody, $"The form cannot be read: {error.Message}");

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var read = await part.ReadAsync(buffer, cancellationToken);
            if (read == 0 && !buffer.IsEmpty)
            {
                ended.TrySetResult();
            }

            return read;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            IsBroken = true;
            if (IsMalformed(error))
            {
                throw Malformed(error);
            }

            throw;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A body is read asynchronously only.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }
}
