using FcnService.Export.Onnx;
using FcnService.Export.Tests.Onnx;
using FcnService.Export.Tests.Reference;
using FcnService.Export.Torch;
using FcnService.Export.Weights;
using TorchSharp;

namespace FcnService.Export.Tests.Torch;

/// <summary>Compiled and run with -p:TorchSharp=true.</summary>
public sealed class NetworkModuleTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, int>();
            foreach (var (name, network) in OnnxModels.TinyNetworks)
            {
                cases.Add(name, 64, 96);
                cases.Add(name, 224, 320);
                if (network.SizeMultiple == 1)
                {
                    cases.Add(name, 1, 1);
                    cases.Add(name, 37, 53);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_EachNetwork_AgreesWithOnnxRuntime(string name, int height, int width)
    {
        var weights = OnnxModels.WithoutZeros(OnnxModels.TinyNetworks[name], seed: 3);
        var image = FloatImage.Random(channels: 3, height, width, seed: 4, scale: 128);
        OnnxWriter.Write(folder["model.onnx"], weights, OnnxModels.Describe(weights.Network));
        var expected = OnnxModels.Run(folder["model.onnx"], image);
        using var module = new NetworkModule(weights);
        module.eval();

        var logits = Forward(module, image);

        var scale = expected.Values.Max(Math.Abs);
        var difference = expected.Values.Zip(logits, (one, other) => Math.Abs(one - other)).Max();
        Assert.True(difference <= 1e-4 * scale, $"The logits differ by {difference}; the largest is {scale}.");
    }

    [Fact]
    public void State_HasTheAuthorsNamesAndShapes()
    {
        var network = OnnxModels.TinyNetworks["fcn8s original"];
        using var module = new NetworkModule(network);

        Assert.Equal(
            network.Parameters.Concat(network.FixedParameters).Select(parameter => $"{parameter.Name} {parameter.Shape}").Order(StringComparer.Ordinal),
            module.state_dict().Select(state => $"{state.Key} [{string.Join(", ", state.Value.shape)}]").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Parameters_OfDeconvolutions_AreNotTrained()
    {
        using var module = new NetworkModule(OnnxModels.TinyNetworks["fcn8s original"]);

        Assert.Equal(
            ["upscore2.weight", "upscore8.weight", "upscore_pool4.weight"],
            module.named_parameters().Where(state => !state.parameter.requires_grad).Select(state => state.name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Forward_InTraining_DropsOut()
    {
        using var module = new NetworkModule(OnnxModels.WithoutZeros(OnnxModels.Tiny, seed: 3));
        var image = FloatImage.Random(channels: 3, 64, 96, seed: 4, scale: 128);

        module.train();
        Assert.NotEqual(Forward(module, image), Forward(module, image));
        module.eval();
        Assert.Equal(Forward(module, image), Forward(module, image));
    }

    [Fact]
    public void Dat_SavedState_IsReadByTorchSharpAndByOurReader()
    {
        var weights = OnnxModels.WithoutZeros(OnnxModels.TinyNetworks["fcn16s original"], seed: 6);
        using var module = new NetworkModule(weights);

        module.SaveDat(folder["module.dat"]);

        using var loaded = NetworkModuleFiles.LoadDat(weights.Network, folder["module.dat"]);
        AssertSame(weights, loaded.ToWeights());
        using var file = WeightFile.Open(folder["module.dat"]);
        Assert.Equal("TorchSharp", file.Format);
        AssertSame(weights, NetworkWeights.Match(weights.Network, file.Tensors.Select(file.ReadFloat32), "the file"));
    }

    [Fact]
    public void Safetensors_SavedState_IsReadBack()
    {
        var weights = OnnxModels.WithoutZeros(OnnxModels.TinyNetworks["fcn-alexnet original"], seed: 6);
        using var module = new NetworkModule(weights);

        module.SaveSafetensors(folder["module.safetensors"]);

        using var loaded = NetworkModuleFiles.LoadSafetensors(weights.Network, folder["module.safetensors"]);
        AssertSame(weights, loaded.ToWeights());
    }

    [Fact]
    public void LoadDat_OfAnotherNetwork_NamesTheTensor()
    {
        using var module = new NetworkModule(OnnxModels.TinyNetworks["fcn32s same"]);
        module.SaveDat(folder["module.dat"]);

        var fault = Assert.Throws<ExportException>(() => NetworkModuleFiles.LoadDat(OnnxModels.TinyNetworks["fcn16s same"], folder["module.dat"]));

        Assert.Contains(fault.Faults, sentence => sentence.StartsWith("Tensor \"score_pool4.weight\" is missing", StringComparison.Ordinal));
    }

    [Fact]
    public void ToWeights_TrainedStep_ReachesOnnx()
    {
        using var module = new NetworkModule(OnnxModels.WithoutZeros(OnnxModels.Tiny, seed: 3));
        var before = module.ToWeights();
        using (var optimizer = torch.optim.SGD(module.parameters().Where(parameter => parameter.requires_grad), 1e-3))
        using (var input = torch.randn(1, 3, 32, 32))
        using (var loss = module.forward(input).pow(2).mean())
        {
            loss.backward();
            optimizer.step();
        }

        var after = module.ToWeights();

        Assert.NotEqual(before["conv1_1.weight"].Data.ToArray(), after["conv1_1.weight"].Data.ToArray());
        Assert.Equal(before["upscore8.weight"].Data.ToArray(), after["upscore8.weight"].Data.ToArray());
    }

    private static float[] Forward(NetworkModule module, FloatImage image)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        float[] values = [.. image.Values.Select(value => (float)value)];
        return module.forward(torch.tensor(values, [1, image.Channels, image.Height, image.Width])).contiguous().data<float>().ToArray();
    }

    private static void AssertSame(NetworkWeights expected, NetworkWeights actual) => Assert.All(
        expected.Network.Parameters.Concat(expected.Network.FixedParameters),
        parameter => Assert.Equal(expected[parameter.Name].Data.ToArray(), actual[parameter.Name].Data.ToArray()));
}
