using FcnService.Export.Networks;
using FcnService.Export.Weights;

namespace FcnService.Export.Tests.Weights;

public sealed class NetworkWeightsTests
{
    private static readonly Network OneConvolution = new("test", [new Layer("conv1", new Convolution(2, Kernel: 1), [Network.Input])]);

    private static readonly Tensor Weight = Zeros("conv1.weight", new Shape(2, 3, 1, 1));
    private static readonly Tensor Bias = Zeros("conv1.bias", new Shape(2));

    [Fact]
    public void Match_AllTensorsInAnyOrder_HoldsThem()
    {
        var weights = NetworkWeights.Match(OneConvolution, [Bias, Weight], "w.safetensors");

        Assert.Same(Weight, weights["conv1.weight"]);
        Assert.Same(Bias, weights["conv1.bias"]);
        Assert.Same(OneConvolution, weights.Network);
    }

    [Fact]
    public void Match_MissingTensor_NamesItAndItsShape() => AssertFaults(
        ["Tensor \"conv1.weight\" is missing from w.safetensors; test expects it with shape [2, 3, 1, 1]."],
        Bias);

    [Fact]
    public void Match_ExtraTensor_NamesItAndItsShape() => AssertFaults(
        ["Tensor \"upscore2.weight\" of w.safetensors, with shape [2, 1, 4, 4], is none of test's; expected no such tensor."],
        Weight, Bias, Zeros("upscore2.weight", new Shape(2, 1, 4, 4)));

    [Fact]
    public void Match_OtherShape_GivesActualAndExpected() => AssertFaults(
        ["Tensor \"conv1.weight\" of w.safetensors has shape [2, 3]; expected [2, 3, 1, 1]."],
        Zeros("conv1.weight", new Shape(2, 3)), Bias);

    [Theory]
    [InlineData(0, float.NaN, "NaN")]
    [InlineData(1, float.PositiveInfinity, "Infinity")]
    [InlineData(1, float.NegativeInfinity, "-Infinity")]
    public void Match_ValueNotFinite_SaysWhere(int index, float value, string text) => AssertFaults(
        [$"Tensor \"conv1.bias\" of w.safetensors holds {text} as value {index}; expected finite numbers."],
        Weight, Tensor.Create("conv1.bias", new Shape(2), values => values[index] = value));

    [Fact]
    public void Match_TensorTwice_NamesIt() => AssertFaults(
        ["Tensor \"conv1.bias\" is twice in w.safetensors; expected it once."],
        Weight, Bias, Bias);

    [Fact]
    public void Match_SeveralFaults_GivesThemAll() => AssertFaults(
        [
            "Tensor \"conv1.weight\" is missing from w.safetensors; test expects it with shape [2, 3, 1, 1].",
            "Tensor \"conv1.bias\" of w.safetensors has shape [3]; expected [2].",
            "Tensor \"conv1.bias\" of w.safetensors holds NaN as value 2; expected finite numbers.",
            "Tensor \"Conv1.weight\" of w.safetensors, with shape [2, 3, 1, 1], is none of test's; expected no such tensor.",
        ],
        Tensor.Create("conv1.bias", new Shape(3), values => values[2] = float.NaN), Zeros("Conv1.weight", new Shape(2, 3, 1, 1)));

    private static void AssertFaults(string[] faults, params Tensor[] tensors) =>
        Assert.Equal(faults, Assert.Throws<ExportException>(() => NetworkWeights.Match(OneConvolution, tensors, "w.safetensors")).Faults);

    private static Tensor Zeros(string name, Shape shape) => Tensor.Create(name, shape, _ => { });
}
