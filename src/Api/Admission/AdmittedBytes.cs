namespace FcnService.Api.Admission;

/// <summary>The room that an upload's bytes have. Dispose it when they are no longer needed.</summary>
/// <param name="length">How many bytes.</param>
/// <param name="giveBack">Takes back so many of them.</param>
internal sealed class AdmittedBytes(long length, Action<long> giveBack) : IDisposable
{
    private long length = length;

    /// <summary>Gives back what the upload did not need, once it is there.</summary>
    /// <param name="actual">How many bytes it has.</param>
    public void ShrinkTo(long actual)
    {
        if (actual < length)
        {
            giveBack(length - actual);
            length = actual;
        }
    }

    public void Dispose() => giveBack(Interlocked.Exchange(ref length, 0));
}
