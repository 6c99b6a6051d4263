using FcnService.Export.Networks;
using FcnService.Export.Weights;
using FcnService.Inference.Models;
using Google.Protobuf;

namespace FcnService.Export.Onnx;

/// <summary>Writes a network with its weights as an ONNX file. Equal inputs give equal bytes.</summary>
public static class OnnxWriter
{
    private const int IrVersion = 8;

    /// <summary>
    /// The most bytes of weights that one file takes. Above 2 GiB Google.Protobuf writes a broken file without a word; 16 MiB are left
    /// for all that is not weights.
    /// </summary>
    private const long MostWeightBytes = int.MaxValue - (16L << 20);

    /// <summary>Writes the file; it appears under its name only when it is complete.</summary>
    /// <param name="path">The file; one that exists is replaced. Its folder must exist.</param>
    /// <param name="weights">The network and its weights.</param>
    /// <param name="description">What the model says about itself to the service.</param>
    /// <exception cref="ExportException">The weights are too large for one file, or the file cannot be written.</exception>
    public static void Write(string path, NetworkWeights weights, ModelDescription description)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(description);
        RefuseTooLarge(weights.Network);
        var model = Build(weights, description);
        AtomicFile.Write(path, stream => model.WriteTo(stream));
    }

    /// <summary>Refuses a network whose weights do not fit into one file, which can be told before there are any.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="ExportException">They do not fit.</exception>
    public static void RefuseTooLarge(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var bytes = network.ParameterCount * sizeof(float);
        if (bytes > MostWeightBytes)
        {
            throw new ExportException(
                $"The weights of {network.Name} would take {bytes} bytes; expected at most {MostWeightBytes}: an ONNX file ends at 2 GiB.");
        }
    }

    internal static ModelProto Build(NetworkWeights weights, ModelDescription description) => new()
    {
        IrVersion = IrVersion,
        ProducerName = "FcnService",
        // Three numbers: the informational version names the commit, and every commit would write another file.
        ProducerVersion = typeof(OnnxWriter).Assembly.GetName().Version!.ToString(3),
        OpsetImport = { new OperatorSetIdProto { Domain = string.Empty, Version = OnnxGraph.OperatorSet } },
        MetadataProps = { new StringStringEntryProto { Key = ModelDescription.MetadataKey, Value = description.ToJson() } },
        Graph = OnnxGraph.Build(weights),
    };
}
