using FcnService.Export.Networks;
using FcnService.Export.Tests.Onnx;
using FcnService.Export.Weights;
using FcnService.Inference.Models;

namespace FcnService.Export.Tests.Weights;

public sealed class WeightImportTests : IDisposable
{
    private static readonly Network Fcn32s = OnnxModels.TinyNetworks["fcn32s original"];
    private static readonly Network Fcn16s = OnnxModels.TinyNetworks["fcn16s original"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_AuthorsNames_AreTaken()
    {
        var weights = OnnxModels.WithoutZeros(Fcn32s, seed: 2);

        var import = WeightImport.Read(Fcn32s, Write([.. weights.Tensors]));

        Assert.All(Fcn32s.Parameters, parameter => Assert.Equal(weights[parameter.Name].Data.ToArray(), import.Weights[parameter.Name].Data.ToArray()));
        Assert.Equal((ChannelOrder.Bgr, "safetensors"), (import.Input.Channels!.Value, import.Format));
        Assert.Empty(import.LeftOut);
    }

    [Fact]
    public void Read_NamesOfDataParallel_LoseTheirPrefix()
    {
        var weights = OnnxModels.WithoutZeros(Fcn32s, seed: 2);

        var import = WeightImport.Read(Fcn32s, Write([.. weights.Tensors.Select(tensor => Renamed(tensor, $"module.{tensor.Name}"))]));

        Assert.Equal(weights["fc6.weight"].Data.ToArray(), import.Weights["fc6.weight"].Data.ToArray());
    }

    [Fact]
    public void Read_CheckpointWithMoreThanWeights_TakesTheWeights()
    {
        var weights = OnnxModels.WithoutZeros(Fcn32s, seed: 2);
        var momentum = Tensor.Create("optimizer.state.0", new Shape(3), _ => { });

        var import = WeightImport.Read(Fcn32s, Write([.. weights.Tensors.Select(tensor => Renamed(tensor, $"state_dict.{tensor.Name}")), momentum]));

        Assert.Equal(weights["fc6.weight"].Data.ToArray(), import.Weights["fc6.weight"].Data.ToArray());
        Assert.Equal(["optimizer.state.0"], import.LeftOut);
    }

    [Fact]
    public void Read_FullyConnectedAndLegacyShapes_AreReshaped()
    {
        var weights = OnnxModels.WithoutZeros(Fcn32s, seed: 2);
        var fc6 = weights["fc6.weight"].Shape.Dimensions;
        var flattened = new Shape(fc6[0], fc6[1] * fc6[2] * fc6[3]);
        var legacyBias = new Shape(1, 1, 1, fc6[0]);

        var import = WeightImport.Read(Fcn32s, Write([.. weights.Tensors.Select(tensor => tensor.Name switch
        {
            "fc6.weight" => new Tensor(tensor.Name, flattened, tensor.Data),
            "fc6.bias" => new Tensor(tensor.Name, legacyBias, tensor.Data),
            _ => tensor,
        })]));

        Assert.Equal(weights["fc6.weight"].Shape, import.Weights["fc6.weight"].Shape);
        Assert.Equal(weights["fc6.weight"].Data.ToArray(), import.Weights["fc6.weight"].Data.ToArray());
        Assert.Equal(weights["fc6.bias"].Shape, import.Weights["fc6.bias"].Shape);
    }

    [Fact]
    public void Read_TransposedConvolution_IsNotReshaped()
    {
        var weights = OnnxModels.WithoutZeros(Fcn32s, seed: 2);
        var shape = weights["conv2_1.weight"].Shape.Dimensions;
        var transposed = new Shape(shape[1], shape[0], shape[2], shape[3]);

        var fault = Assert.Throws<ExportException>(() => WeightImport.Read(Fcn32s, Write([.. weights.Tensors.Select(tensor =>
            tensor.Name == "conv2_1.weight" ? new Tensor(tensor.Name, transposed, tensor.Data) : tensor)])));

        Assert.Contains($"has shape {transposed}; expected {weights["conv2_1.weight"].Shape}", Assert.Single(fault.Faults));
    }

    [Fact]
    public void Read_MissingAndExtraTensors_AreNamed()
    {
        var weights = OnnxModels.WithoutZeros(Fcn32s, seed: 2);

        var fault = Assert.Throws<ExportException>(() => WeightImport.Read(Fcn16s, Write([.. weights.Tensors])));

        Assert.Contains(fault.Faults, sentence => sentence.StartsWith("Tensor \"score_pool4.weight\" is missing", StringComparison.Ordinal));
        Assert.Contains(fault.Faults, sentence => sentence.StartsWith("Tensor \"upscore.weight\"", StringComparison.Ordinal));
    }

    [Fact]
    public void InitializeFrom_SimplerNetwork_KeepsItsLayersAndZeroesTheNewScores()
    {
        var weights = OnnxModels.WithoutZeros(Fcn32s, seed: 2);

        var import = WeightImport.InitializeFrom(Fcn16s, Write([.. weights.Tensors]));

        Assert.Equal(["score_pool4.weight", "score_pool4.bias"], import.Initialized);
        Assert.Equal(["upscore.weight"], import.LeftOut);
        Assert.Equal(weights["score_fr.weight"].Data.ToArray(), import.Weights["score_fr.weight"].Data.ToArray());
        Assert.All(import.Weights["score_pool4.weight"].Values.ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void InitializeFrom_WithoutAConvolution_NamesIt()
    {
        var weights = OnnxModels.WithoutZeros(Fcn32s, seed: 2);

        var fault = Assert.Throws<ExportException>(() =>
            WeightImport.InitializeFrom(Fcn16s, Write([.. weights.Tensors.Where(tensor => tensor.Name != "conv3_2.weight")])));

        Assert.StartsWith("Tensor \"conv3_2.weight\" is missing", Assert.Single(fault.Faults));
    }

    [Fact]
    public void InitializeFrom_TorchvisionVgg16_MapsItsLayersAndItsNormalisation()
    {
        var weights = OnnxModels.WithoutZeros(Fcn32s, seed: 2);
        int[] features = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28];
        var names = Fcn32s.Parameters.Select(parameter => parameter.Name.Split('.')[0]).Distinct()
            .Where(layer => layer.StartsWith("conv", StringComparison.Ordinal)).Zip(features, (layer, i) => (layer, $"features.{i}"))
            .Append(("fc6", "classifier.0")).Append(("fc7", "classifier.3")).ToDictionary();
        var theirs = weights.Tensors.Where(tensor => names.ContainsKey(tensor.Name.Split('.')[0])).Select(tensor =>
        {
            var flattened = tensor.Name is "fc6.weight" or "fc7.weight"
                ? new Shape(tensor.Shape.Dimensions[0], (int)(tensor.Shape.Count / tensor.Shape.Dimensions[0]))
                : tensor.Shape;
            return new Tensor($"{names[tensor.Name.Split('.')[0]]}.{tensor.Name.Split('.')[1]}", flattened, tensor.Data);
        });
        var classifier = Tensor.Create("classifier.6.weight", new Shape(10, 16), _ => { });

        var import = WeightImport.InitializeFrom(Fcn32s, Write([.. theirs, classifier]));

        Assert.Equal(["score_fr.weight", "score_fr.bias"], import.Initialized);
        Assert.Equal(["classifier.6.weight"], import.LeftOut);
        Assert.All(names.Keys, layer => Assert.Equal(weights[$"{layer}.weight"].Data.ToArray(), import.Weights[$"{layer}.weight"].Data.ToArray()));
        Assert.Equal(ChannelOrder.Rgb, import.Input.Channels);
        Assert.Equal([123.675f, 116.28f, 103.53f], import.Input.Mean!.Select(mean => MathF.Round(mean, 3)));
        Assert.Equal([58.395f, 57.12f, 57.375f], import.Input.Std!.Select(std => MathF.Round(std, 3)));
    }

    private static Tensor Renamed(Tensor tensor, string name) => new(name, tensor.Shape, tensor.Data);

    private string Write(IReadOnlyList<Tensor> tensors)
    {
        SafetensorsWriter.Write(folder["weights"], tensors);
        return folder["weights"];
    }
}
