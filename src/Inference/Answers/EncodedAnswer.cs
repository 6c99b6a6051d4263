namespace FcnService.Inference.Answers;

/// <summary>A file that is ready to be sent or stored. Dispose it once.</summary>
public abstract class EncodedAnswer : IDisposable
{
    /// <summary>Its length in bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Writes it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="cancellation">Ends the writing.</param>
    public abstract Task CopyToAsync(Stream output, CancellationToken cancellation);

    /// <summary>Gives its memory back.</summary>
    public abstract void Dispose();
}

/// <summary>A file in memory.</summary>
internal sealed class EncodedFile(MemoryStream file) : EncodedAnswer
{
    public override long Length => file.Length;

    public override Task CopyToAsync(Stream output, CancellationToken cancellation) =>
        output.WriteAsync(file.GetBuffer().AsMemory(0, (int)file.Length), cancellation).AsTask();

    public override void Dispose() => file.Dispose();
}
