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
    /// The most bytes of weights that the model's own file takes. Above 2 GiB Google.Protobuf writes a broken file without a word; 16 MiB
    /// are left for all that is not weights.
    /// </summary>
    internal const long MostWeightBytes = int.MaxValue - (16L << 20);

    /// <summary>
    /// Writes the file; it appears under its name only when it is complete. Weights that together exceed what one file can take, 2 GiB,
    /// go to a second one, NAME.onnx.data beside NAME.onnx, and the two must stay together.
    /// </summary>
    /// <param name="path">The file; one that exists is replaced. Its folder must exist.</param>
    /// <param name="weights">The network and its weights.</param>
    /// <param name="description">
    /// What the model says about itself to the service. Where its output is labels, the graph takes the best class of each pixel and gives
    /// bytes, [N, height, width].
    /// </param>
    /// <param name="precision">The numbers that hold the learned weights.</param>
    /// <returns>The bytes written, of both files if there are two.</returns>
    /// <exception cref="ExportException">A file cannot be written, or a weight is too large for the precision.</exception>
    public static long Write(
        string path, NetworkWeights weights, ModelDescription description, WeightPrecision precision = WeightPrecision.Full) =>
        Write(path, weights, description, precision, MostWeightBytes);

    /// <summary>Refuses a network with a weight that cannot be held in memory, which can be told before there are any.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="ExportException">There is one.</exception>
    public static void RefuseTooLarge(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var largest = network.AllParameters.MaxBy(parameter => parameter.Shape.Count);
        if (largest is not null && largest.Shape.Count > Array.MaxLength / sizeof(float))
        {
            throw new ExportException(
                $"Tensor \"{largest.Name}\" of {network.Name} would take {largest.Shape.Count * sizeof(float)} bytes; "
                + $"expected at most {Array.MaxLength}.");
        }
    }

    internal static long Write(
        string path, NetworkWeights weights, ModelDescription description, WeightPrecision precision, long mostWeightBytes)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(description);
        var model = Build(weights, description, precision);
        if (model.Graph.Initializer.Sum(tensor => (long)tensor.RawData.Length) <= mostWeightBytes)
        {
            AtomicFile.Write(path, stream => model.WriteTo(stream));
            return Length(path);
        }

        var dataPath = $"{path}.data";
        var data = ExternalData.MoveOut(model.Graph, Path.GetFileName(dataPath));
        AtomicFile.WriteTogether((dataPath, data.WriteTo), (path, stream => model.WriteTo(stream)));
        return Length(dataPath) + Length(path);
    }

    internal static ModelProto Build(
        NetworkWeights weights, ModelDescription description, WeightPrecision precision = WeightPrecision.Full)
    {
        var model = Build(weights, precision, description.Output?.Kind ?? OutputKind.Logits);
        model.MetadataProps.Add(new StringStringEntryProto { Key = ModelDescription.MetadataKey, Value = description.ToJson() });
        return model;
    }

    /// <summary>The model without a description.</summary>
    internal static ModelProto Build(
        NetworkWeights weights, WeightPrecision precision = WeightPrecision.Full, OutputKind kind = OutputKind.Logits) => new()
    {
        IrVersion = IrVersion,
        ProducerName = "FcnService",
        // Three numbers: the informational version names the commit, and every commit would write another file.
        ProducerVersion = typeof(OnnxWriter).Assembly.GetName().Version!.ToString(3),
        OpsetImport = { new OperatorSetIdProto { Domain = string.Empty, Version = OnnxGraph.OperatorSet } },
        Graph = OnnxGraph.Build(weights, precision, kind),
    };

    private static long Length(string path) => new FileInfo(path).Length;
}
