using FcnService.Export.Weights.PyTorch;

namespace FcnService.Export.Weights;

/// <summary>
/// An open file of weights, in whichever of the known formats its content is. Opening it reads names, types and shapes; values are read
/// when they are asked for, and not kept.
/// </summary>
public sealed class WeightFile : IDisposable
{
    /// <summary>Those that are sure about a file first.</summary>
    private static readonly WeightFormat[] Formats =
    [
        PyTorchZip.Format, PyTorchLegacy.Format, PyTorchTar.Format, Safetensors.Format, TorchSharpDat.Format, OnnxModel.Format,
        CaffeModel.Format,
    ];

    private readonly FileBytes file;

    private WeightFile(string path, string format, FileBytes file, TensorTable table)
    {
        Path = path;
        Format = format;
        this.file = file;
        Tensors = table.Tensors;
        Metadata = table.Metadata;
    }

    /// <summary>The file, as it was named.</summary>
    public string Path { get; }

    /// <summary>The format's name, such as Caffe or PyTorch (zip).</summary>
    public string Format { get; }

    /// <summary>The tensors in the file's order; their names are unique.</summary>
    public IReadOnlyList<StoredTensor> Tensors { get; }

    /// <summary>
    /// What the file says about itself, in its order: at most 256 entries of at most 10,000 letters, each one line; a key may come more
    /// than once.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; }

    /// <summary>Opens a file and finds its tensors.</summary>
    /// <param name="path">A file of Caffe, PyTorch, safetensors, TorchSharp or ONNX; its name does not matter.</param>
    /// <exception cref="ExportException">The file cannot be read, is of no known format, or is not sound.</exception>
    public static WeightFile Open(string path) => Open(path, Recognise);

    /// <summary>Reads a tensor's values as they are stored: little-endian, row-major, without gaps.</summary>
    /// <param name="tensor">One of <see cref="Tensors"/>.</param>
    /// <exception cref="ExportException">The file cannot be read, or lacks them.</exception>
    public byte[] ReadBytes(StoredTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return Attempt(Path, Format, () => tensor.Read(file));
    }

    /// <summary>
    /// Reads a tensor's values as the nearest 32-bit floats. Values of up to 4 bytes take no memory but the floats'; those of 8 take as
    /// much again twice over while they are read.
    /// </summary>
    /// <param name="tensor">One of <see cref="Tensors"/>.</param>
    /// <exception cref="ExportException">The file cannot be read, or lacks them.</exception>
    public Tensor ReadFloat32(StoredTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return Attempt(Path, Format, () => tensor.ReadFloat32(file));
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    internal static WeightFile Open(string path, Func<FileBytes, WeightFormat> recognise)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FileBytes? file = null;
        try
        {
            file = Attempt(path, "weight", () => new FileBytes(path));
            var format = Attempt(path, "weight", () => recognise(file));
            return new WeightFile(path, format.Name, file, Attempt(path, format.Name, () => format.Index(file)));
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    private static WeightFormat Recognise(FileBytes file)
    {
        var head = new byte[Math.Min(WeightFormat.HeadBytes, file.Length)];
        file.ReadAt(0, head);
        return Array.Find(Formats, format => format.Begins(head)) ?? throw new InvalidDataException(
            $"it begins like none of {string.Join(", ", Formats.Select(format => format.Name))}");
    }

    private static T Attempt<T>(string path, string format, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (InvalidDataException error)
        {
            throw new ExportException($"{path} is not a {format} file that can be read: {error.Message}.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ExportException($"{path} cannot be read: {error.Message}", error);
        }
    }
}
