using FcnService.Export.Networks;
using FcnService.Export.Weights;

namespace FcnService.Export.Tests.Weights;

public sealed class TensorTests
{
    [Fact]
    public void Constructor_BytesDoNotMatchShape_Throws()
    {
        var fault = Assert.Throws<ArgumentException>(() => new Tensor("a", new Shape(2, 3), new byte[20]));

        Assert.Contains("Tensor \"a\" of shape [2, 3] has 20 bytes; expected 24.", fault.Message);
    }

    [Fact]
    public void Constructor_SharesTheBytes()
    {
        var data = new byte[4];
        var tensor = new Tensor("a", new Shape(1), data);

        data[3] = 0x40;

        Assert.Equal([2f], tensor.Values);
    }
}
