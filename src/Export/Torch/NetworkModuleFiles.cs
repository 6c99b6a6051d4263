using System.Text;
using FcnService.Export.Networks;
using FcnService.Export.Weights;

namespace FcnService.Export.Torch;

/// <summary>Reads and writes the state of a <see cref="NetworkModule"/>.</summary>
public static class NetworkModuleFiles
{
    /// <summary>Reads a state that TorchSharp's <c>Module.save</c> wrote (.dat).</summary>
    /// <param name="network">The network that it is of.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="ExportException">The file cannot be read, or is of another network.</exception>
    public static NetworkModule LoadDat(Network network, string path)
    {
        // Checked by our own reader first: TorchSharp's names neither the file nor the tensor, and a broken file can end the process.
        using var file = WeightFile.Open(path);
        var weights = NetworkWeights.Match(network, file.Tensors.Select(file.ReadFloat32), path);
        var module = new NetworkModule(weights);
        module.load(path);
        return module;
    }

    /// <summary>Writes the state as TorchSharp's <c>Module.save</c> does (.dat).</summary>
    /// <exception cref="ExportException">The file cannot be written.</exception>
    public static void SaveDat(this NetworkModule module, string path)
    {
        ArgumentNullException.ThrowIfNull(module);
        AtomicFile.Write(path, stream =>
        {
            // TorchSharp closes a stream that it is given, but not a writer's.
            using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
            module.save(writer);
        });
    }

    /// <summary>Reads a state from safetensors.</summary>
    /// <param name="network">The network that it is of.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="ExportException">The file cannot be read, or is of another network.</exception>
    public static NetworkModule LoadSafetensors(Network network, string path) =>
        new(NetworkWeights.Match(network, Safetensors.Read(path), path));

    /// <summary>Writes the state as safetensors.</summary>
    /// <exception cref="ExportException">The file cannot be written.</exception>
    public static void SaveSafetensors(this NetworkModule module, string path)
    {
        ArgumentNullException.ThrowIfNull(module);
        SafetensorsWriter.Write(path, module.ToWeights().Tensors);
    }
}
