namespace FcnService.Client.Tests;

/// <summary>A stream that cannot seek, as one of the network; may fail on its way.</summary>
internal sealed class OneWayStream(byte[] bytes, int? failsAt = null) : MemoryStream(bytes)
{
    /// <summary>The most bytes that one read gives.</summary>
    public int MostAtOnce { get; init; } = int.MaxValue;

    /// <summary>How many bytes have been read.</summary>
    public long WasRead { get; private set; }

    public override bool CanSeek => false;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (WasRead >= failsAt)
        {
            throw new IOException("The disk broke.");
        }

        var read = await base.ReadAsync(buffer[..Math.Min(buffer.Length, MostAtOnce)], cancellationToken);
        WasRead += read;
        return read;
    }
}
