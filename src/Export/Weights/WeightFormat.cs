namespace FcnService.Export.Weights;

/// <summary>A form that weights come in.</summary>
/// <param name="Name">Its name, as users know it.</param>
/// <param name="Begins">Whether a file that begins so is of this form, sound or not.</param>
/// <param name="Index">Finds the tensors of such a file.</param>
internal sealed record WeightFormat(string Name, WeightFormat.BeginsLike Begins, Func<FileBytes, TensorTable> Index)
{
    /// <summary>How much of a file's beginning is looked at.</summary>
    public const int HeadBytes = 2048;

    /// <summary>Judges the beginning of a file: its first <see cref="HeadBytes"/> bytes, or all of it.</summary>
    public delegate bool BeginsLike(ReadOnlySpan<byte> head);
}
