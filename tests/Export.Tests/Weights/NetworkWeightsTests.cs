using FcnService.Export.Networks;
using FcnService.Export.Weights;

namespace FcnService.Export.Tests.Weights;

public sealed class NetworkWeightsTests
{
    private static readonly Network OneConvolution = new("test", [new Layer("conv1", new Convolution(2, Kernel: 1), [Network.Input])]);

    private static readonly Network Deconvolution = new("test",
    [
        new Layer("pool1", new MaxPool(2, 2), [Network.Input]),
        new Layer("up", new BilinearDeconvolution(4, 2), ["pool1"]),
    ]);

    private static readonly Network Scaling = new("test", [new Layer("scale_pool4", new Scale(0.01f), [Network.Input])]);

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

    [Fact]
    public void Match_NoKernelForADeconvolution_HasTheBilinearOneForEachChannel()
    {
        var weights = NetworkWeights.Match(Deconvolution, [], "w.safetensors");

        var kernel = weights["up.weight"];
        Assert.Equal(new Shape(3, 1, 4, 4), kernel.Shape);
        Assert.Equal([.. BilinearKernel.Create(4), .. BilinearKernel.Create(4), .. BilinearKernel.Create(4)], kernel.Values);
    }

    [Fact]
    public void Match_KernelForEachChannel_HoldsIt()
    {
        var kernel = Counting("up.weight", new Shape(3, 1, 4, 4));

        Assert.Same(kernel, NetworkWeights.Match(Deconvolution, [kernel], "w.safetensors")["up.weight"]);
    }

    [Fact]
    public void Match_DenseKernelThatMixesChannels_HoldsIt()
    {
        var kernel = Counting("up.weight", new Shape(3, 3, 4, 4));

        Assert.Same(kernel, NetworkWeights.Match(Deconvolution, [kernel], "w.safetensors")["up.weight"]);
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(0, 2, 15)]
    [InlineData(1, 0, 7)]
    [InlineData(1, 2, 7)]
    [InlineData(2, 0, 0)]
    [InlineData(2, 1, 15)]
    public void Match_DenseKernelThatMixesTwoChannelsByTheLeast_HoldsIt(int from, int to, int tap)
    {
        var kernel = Tensor.Create(
            "up.weight", new Shape(3, 3, 4, 4), values => values[(((from * 3) + to) * 16) + tap] = -float.Epsilon);

        Assert.Same(kernel, NetworkWeights.Match(Deconvolution, [kernel], "w.safetensors")["up.weight"]);
    }

    [Fact]
    public void Match_DenseDiagonalKernel_HoldsItsDiagonal()
    {
        // Kernels 0, 4 and 8 of the nine are those from a channel to itself.
        var kernel = Tensor.Create("up.weight", new Shape(3, 3, 4, 4), values =>
        {
            for (var i = 0; i < 48; i++)
            {
                values[(i / 16 * 4 * 16) + (i % 16)] = i;
            }
        });

        var simplified = NetworkWeights.Match(Deconvolution, [kernel], "w.safetensors")["up.weight"];

        Assert.Equal(new Shape(3, 1, 4, 4), simplified.Shape);
        Assert.Equal(Enumerable.Range(0, 48).Select(i => (float)i), simplified.Values.ToArray());
    }

    [Fact]
    public void Match_KernelOfAnotherShape_GivesBothThatAreExpected()
    {
        var fault = Assert.Throws<ExportException>(() =>
            NetworkWeights.Match(Deconvolution, [Zeros("up.weight", new Shape(3, 4, 4))], "w.safetensors")).Message;

        Assert.Equal("Tensor \"up.weight\" of w.safetensors has shape [3, 4, 4]; expected [3, 3, 4, 4] or [3, 1, 4, 4].", fault);
    }

    [Fact]
    public void Match_FactorsOfAScaleLayer_AreTakenIfTheyAreTheNetworks()
    {
        var factors = Tensor.Create("scale_pool4.weight", new Shape(3), values => values.Fill(0.01f));

        var weights = NetworkWeights.Match(Scaling, [factors], "w.caffemodel");

        Assert.Throws<KeyNotFoundException>(() => weights["scale_pool4.weight"]);
    }

    [Fact]
    public void Match_OtherFactorsOfAScaleLayer_SaysWhereAndWhatIsExpected()
    {
        var factors = Tensor.Create("scale_pool4.weight", new Shape(3), values =>
        {
            values.Fill(0.01f);
            values[1] = 0.02f;
        });

        var fault = Assert.Throws<ExportException>(() => NetworkWeights.Match(Scaling, [factors], "w.caffemodel")).Message;

        Assert.Equal("Tensor \"scale_pool4.weight\" of w.caffemodel holds 0.02 as value 1; expected 0.01 in all.", fault);
    }

    private static void AssertFaults(string[] faults, params Tensor[] tensors) =>
        Assert.Equal(faults, Assert.Throws<ExportException>(() => NetworkWeights.Match(OneConvolution, tensors, "w.safetensors")).Faults);

    private static Tensor Zeros(string name, Shape shape) => Tensor.Create(name, shape, _ => { });

    private static Tensor Counting(string name, Shape shape) => Tensor.Create(name, shape, values =>
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = i + 1;
        }
    });
}
