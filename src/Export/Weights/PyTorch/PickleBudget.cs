namespace FcnService.Export.Weights.PyTorch;

/// <summary>
/// What the pickles of a file may make, in bytes of memory by estimate: a pickle makes much from little, again and again from what it has
/// made before. Weights need less than their own file's size.
/// </summary>
/// <param name="fileLength">The file's bytes.</param>
internal sealed class PickleBudget(long fileLength)
{
    /// <summary>A list, a tuple or a dictionary, empty.</summary>
    public const int Container = 64;

    /// <summary>A value in a container, with the room that containers keep.</summary>
    public const int Item = 24;

    /// <summary>A number.</summary>
    public const int Number = 24;

    private const int MostTimesTheFile = 4;
    private const int Constant = 512 << 10;

    private readonly long most = MostTimesTheFile * fileLength + Constant;
    private long spent;

    /// <summary>Takes from what is left.</summary>
    /// <param name="bytes">How much.</param>
    /// <exception cref="InvalidDataException">Less is left.</exception>
    public void Spend(long bytes)
    {
        spent += bytes;
        if (spent > most)
        {
            throw new InvalidDataException(
                $"its pickle makes objects of more than {most} bytes; expected at most {MostTimesTheFile} times the file and 512 KiB");
        }
    }
}
