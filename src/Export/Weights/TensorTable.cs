namespace FcnService.Export.Weights;

/// <summary>
/// What a file says that it holds, collected by its format's reader. A file states a great deal in few bytes; the limits here keep what
/// is kept of it within a small multiple of the file.
/// </summary>
/// <param name="fileLength">The file's bytes.</param>
internal sealed class TensorTable(long fileLength)
{
    /// <summary>Views may share bytes, as tied weights do; so much of it is a bomb.</summary>
    private const int MostTimesTheFile = 4;

    /// <summary>A tensor's name, type, shape and values hardly take less in a file.</summary>
    private const int LeastBytesPerTensor = 32;

    private const int FewTensors = 1000;
    private const int LongestName = 1000;

    /// <summary>Metadata are for reading: a few of them are enough.</summary>
    private const int MostMetadata = 256;

    /// <summary>A model's description to the service fits.</summary>
    private const int LongestMetadata = 10_000;

    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly List<StoredTensor> tensors = [];
    private readonly List<KeyValuePair<string, string>> metadata = [];
    private long byteCount;

    /// <summary>The tensors in the file's order.</summary>
    public IReadOnlyList<StoredTensor> Tensors => tensors;

    /// <summary>What the file says about itself, in its order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata => metadata;

    /// <summary>Adds a tensor.</summary>
    /// <exception cref="InvalidDataException">Its name is no name or there already, or the file would hold too much.</exception>
    public void Add(StoredTensor tensor)
    {
        RefuseName(tensor.Name);
        if (tensor.ByteCount > Array.MaxLength)
        {
            throw new InvalidDataException(
                $"tensor {tensor.Name.Quoted()} has {tensor.ByteCount} bytes; expected at most {Array.MaxLength}");
        }

        // What lies outside the file, or cannot be read, is only listed.
        byteCount += tensor.IsReadable ? tensor.ByteCount : 0;
        if (byteCount > MostTimesTheFile * fileLength)
        {
            throw new InvalidDataException(
                $"its tensors up to {tensor.Name.Quoted()} take {byteCount} bytes; expected at most {MostTimesTheFile} times the file's " +
                $"{fileLength}");
        }

        tensors.Add(tensor);
        var most = FewTensors + fileLength / LeastBytesPerTensor;
        if (tensors.Count > most)
        {
            throw new InvalidDataException($"it has more than {most} tensors; expected no more in {fileLength} bytes");
        }
    }

    /// <summary>Whether a tensor of this name is there.</summary>
    public bool Contains(string name) => names.Contains(name);

    /// <summary>Adds what the file says about itself; what goes beyond a readable amount is left out.</summary>
    public void AddMetadata(string key, string value)
    {
        if (metadata.Count < MostMetadata)
        {
            metadata.Add(new(key.Harmless(), value.Harmless(LongestMetadata)));
        }
    }

    private void RefuseName(string name)
    {
        if (name.Length is 0 or > LongestName)
        {
            throw new InvalidDataException($"a tensor's name has {name.Length} letters; expected 1 to {LongestName}");
        }

        if (name.Any(char.IsControl))
        {
            throw new InvalidDataException($"a tensor's name is {name.Quoted()}; expected one without control characters");
        }

        if (!names.Add(name))
        {
            throw new InvalidDataException($"it has tensor {name.Quoted()} twice; expected every name once");
        }
    }
}
